/** Redirects: which of them may be followed, and what of their address may be shown. Pure. */
/** RFC 9110 §15.4 leaves the number open; a partner that needs more sends in circles. */
export const MOST_HOPS = 3

/** The statuses that name another address (RFC 9110 §15.4). */
export const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]

/**
 * Where a 307 or 308 sends the same message on the same server; undefined for everything else. The other statuses would
 * turn it into a GET, and another server would be shown names and a session that are not meant for it.
 */
export function redirectWithin (url: URL, { status, headers: { location } }: { status: number, headers: Readonly<Record<string, string>> }): URL | undefined {
  if ((status !== 307 && status !== 308) || location === undefined || !URL.canParse(location, url.href)) return undefined
  const next = new URL(location, url)
  return next.origin === url.origin ? next : undefined
}

/** Without query, fragment, user and `;jsessionid`: a login page's address may carry a session or who was sent there. */
export function shownLocation (location: string): string {
  const bare = location.replace(/[?#;].*$/s, '')
  if (!URL.canParse(bare)) return bare
  const { protocol, host, pathname } = new URL(bare)
  return `${protocol}//${host}${pathname}`
}
