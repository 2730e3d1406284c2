/**
 * Where rows of unknown form say their code and name. *Inferred* from the two dictionaries that are known (§2.7): a code's
 * member is MA…, its name's TEN… with the same end, as in MADONVI and TENDONVI. Pure.
 */
export type Row = Readonly<Record<string, unknown>>

export interface ListMembers {
  /** More than one: only together they tell the rows apart, as where procedures are assigned to types. */
  key: readonly string[]
  name: string | undefined
}

export function membersOf (rows: readonly Row[]): ListMembers {
  const names = [...new Set(rows.flatMap(row => Object.keys(row)))].sort()
  const codes = names.filter(name => name.startsWith('MA'))
  // A ward's row may have its district's pair as well: the pair is the one that no two rows share.
  const pair = codes.find(code => names.includes(nameMember(code)) && tellsApart(rows, code))
  if (pair !== undefined) return { key: [pair], name: nameMember(pair) }
  return { key: codes.length > 0 ? codes : ['ID'], name: names.find(name => name.startsWith('TEN')) }
}

function nameMember (code: string): string {
  return `TEN${code.slice('MA'.length)}`
}

function tellsApart (rows: readonly Row[], code: string): boolean {
  return new Set(rows.map(row => row[code])).size === rows.length
}
