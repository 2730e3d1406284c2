/** What `/v1/endpoints` refuses, in words. */
import type { Problem } from '../../base/problem.js'
import { simple } from '../plugins/problems.js'
import { MOST_ENDPOINTS } from '../../operations/notify/endpoints.js'

export function noSuchEndpoint (): Problem {
  return simple(404, 'endpoint-not-found', {
    title: ['Không có nơi nhận này', 'No such endpoint'],
    detail: ['Nơi nhận không tồn tại, đã bị bỏ, hoặc thuộc về khóa khác. Xem danh sách ở GET /v1/endpoints.', 'It does not exist, was deleted, or is another client\'s. See GET /v1/endpoints.']
  })
}

export function noNotifier (): Problem {
  return simple(409, 'notifications-off', {
    title: ['Chưa bật thông báo', 'Notifications are off'],
    detail: [
      'Người vận hành chưa bật bộ kết nối provincial-portal (biến ADAPTERS). Trong khi chờ, đọc sự kiện ở GET /v1/events.',
      'The operators have not switched on the adapter provincial-portal (setting ADAPTERS). Until then read GET /v1/events.'
    ]
  })
}

export function tooManyEndpoints (): Problem {
  return simple(409, 'endpoints-too-many', {
    title: ['Đã đủ số nơi nhận', 'As many endpoints as are allowed'],
    detail: [`Mỗi khóa có tối đa ${MOST_ENDPOINTS} nơi nhận. Bỏ bớt nơi không dùng (DELETE /v1/endpoints/{id}).`, `A client has at most ${MOST_ENDPOINTS}. Delete one that is not used (DELETE /v1/endpoints/{id}).`]
  })
}

export function disabled (): Problem {
  return simple(409, 'endpoint-disabled', {
    title: ['Nơi nhận đang tắt', 'The endpoint is disabled'],
    detail: ['Bật lại trước: PATCH /v1/endpoints/{id} với {"enabled": true}. Chưa gửi gì.', 'Enable it first: PATCH /v1/endpoints/{id} with {"enabled": true}. Nothing was sent.']
  })
}

export function replayUnclear (): Problem {
  return simple(422, 'replay-unclear', {
    title: ['Chưa rõ gửi lại gì', 'It is not clear what to replay'],
    detail: ['Nêu "event" (một sự kiện), hoặc "since" (từ thời điểm, có thể kèm "until"); không nêu cả hai. Chưa gửi gì.', 'Name "event" (one event) or "since" (from a time on, "until" may be added), not both. Nothing was sent.']
  })
}
