/** Addresses that are made of BASE_URL and a path of the settings (contract §1.1, §1.7). Pure. */

export interface ServicePlace {
  base: string
  /** With or without a query. */
  path: string
}

/** The path and query of both are kept: a bus has its prefix in one and `providerurl` in the other (§1.1). */
export function address ({ base, path: given }: ServicePlace, extra = ''): string {
  const url = new URL(base)
  const [path = '', ...query] = given.split('?')
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`
  url.search = [url.search.slice(1), query.join('?'), extra].filter(part => part !== '').join('&')
  return url.href
}

/** Colons stay as they are: every example writes the bus address so, and a simple bus may compare the text. */
export function queryText (value: string): string {
  return encodeURIComponent(value).replaceAll('%3A', ':')
}

/** `TraCuuHoSo?mahoso={code}` → `TraCuuHoSo?mahoso=000.00.14.H15-261104-0001`. The manifest lets no other name in. */
export function filled (template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name]
    return value === undefined ? whole : queryText(value)
  })
}
