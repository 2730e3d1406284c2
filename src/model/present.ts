/** Optional members without conditional spreads: `present({ code, name })` leaves `name` out when it is undefined. */

type Undefinable<T> = { [Key in keyof T]-?: undefined extends T[Key] ? Key : never }[keyof T]

/** Members that may be undefined are optional instead, as `exactOptionalPropertyTypes` wants them. */
export type Present<T> = Omit<T, Undefinable<T>> & { [Key in Undefinable<T>]?: Exclude<T[Key], undefined> }

/** The members that are not undefined, in their order. */
export function present<T extends object> (members: T): Present<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<T>
}
