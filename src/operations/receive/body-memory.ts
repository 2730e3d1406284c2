/** How many bytes of partners' bodies may be in memory at once: many large ones together are more than a process bears. */

export interface BodyMemory {
  /** Undefined: there is no room now. Otherwise to be called once, when the request has ended. */
  enter: (bytes: number) => (() => void) | undefined
}

/** A body that is larger than all the room is let in alone, or it could never come. */
export function createBodyMemory (limitBytes: number): BodyMemory {
  let inside = 0
  return {
    enter: bytes => {
      if (inside > 0 && inside + bytes > limitBytes) return undefined
      inside += bytes
      let left = false
      return () => {
        if (!left) inside -= bytes
        left = true
      }
    }
  }
}
