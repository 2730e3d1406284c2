/** Caps the bytes of partner bodies held in memory; concurrent large bodies could exhaust it. */

export interface BodyMemory {
  /** Undefined when the limit is reached; otherwise call the result once the request has ended. */
  enter: (bytes: number) => (() => void) | undefined
}

/** A body larger than the whole limit is admitted alone, or it never could be. */
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
