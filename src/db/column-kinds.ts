/** How PostgreSQL's types come and go. */
import type { ColumnType } from 'kysely'

/** PostgreSQL `bigint`: exact text on the way out, text on the way in. */
export type Bigint = ColumnType<string, string, string>
export type GeneratedBigint = ColumnType<string, never, never>
export type Instant = ColumnType<Date, Date | string, Date | string>
export type DefaultInstant = ColumnType<Date, Date | string | undefined, Date | string>
export type Json<T> = ColumnType<T, string, string>
