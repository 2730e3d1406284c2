/** Lists as spreadsheets write them: first line with the names of the columns, UTF-8. */
import { parse, CsvError } from 'csv-parse/sync'
import type { ProblemItem } from './problem.js'

export interface ReadCsv {
  /** The first line. */
  header: string[]
  /** All text, empty cells left out; lines with another number of cells are among the errors alone. */
  rows: Array<Record<string, string>>
  /** Where each row stands in the file. */
  lines: number[]
  errors: ProblemItem[]
}

interface Line { record: string[], info: { lines: number } }

/**
 * Records as they stand; a schema judges them. Spreadsheets put a mark before the text and, in Vietnamese, semicolons
 * between cells: both are understood.
 */
export function readCsv (text: string): ReadCsv {
  try {
    const [{ record: header } = { record: [] }, ...lines] = linesOf(text)
    const fits = ({ record }: Line): boolean => record.length === header.length
    const whole = lines.filter(fits)
    return {
      header,
      rows: whole.map(({ record }) => Object.fromEntries(header.map((name, index) => [name, record[index] ?? ''] as const).filter(([, cell]) => cell !== ''))),
      lines: whole.map(({ info }) => info.lines),
      errors: [...repeatedNames(header), ...lines.filter(line => !fits(line)).map(line => otherCount(line, header.length))]
    }
  } catch (error) {
    if (error instanceof CsvError) return { header: [], rows: [], lines: [], errors: [unreadable(error)] }
    throw error
  }
}

/** People look for a line and a column in a spreadsheet, not for a pointer like `/rows/3/local`. */
export function atLine (error: ProblemItem, lines: readonly number[]): ProblemItem {
  const [, index, column = ''] = /^\/[^/]+\/(\d+)(?:\/(.*))?$/.exec(error.pointer) ?? []
  const line = lines[Number(index)]
  if (line === undefined) return error
  const [vi, en] = column === '' ? ['', ''] : [`, cột "${column}"`, `, column "${column}"`]
  return { ...error, message: `Dòng ${line}${vi}: ${error.message}`, messageEn: `Line ${line}${en}: ${error.messageEn}` }
}

function linesOf (text: string): Line[] {
  const records = parse(text, {
    bom: true, delimiter: delimiterOf(text), record_delimiter: ['\r\n', '\n', '\r'], info: true, relax_column_count: true, skip_empty_lines: true, trim: true
  })
  // The library's types know nothing of `info`.
  return records as unknown as Line[]
}

/** That of the first line: no name of a column has one of them, while a name further down may have the others. */
function delimiterOf (text: string): string {
  const [header = ''] = text.split(/[\r\n]/, 1)
  return [',', ';', '\t'].find(delimiter => header.includes(delimiter)) ?? ','
}

/** One of two columns of a name would be lost without a word. */
function repeatedNames (header: readonly string[]): ProblemItem[] {
  return header.flatMap((name, index) => {
    const first = header.indexOf(name)
    return name === '' || first === index ? [] : [malformed(`Dòng 1: cột ${index + 1} trùng tên với cột ${first + 1}. Bỏ một trong hai.`, `Line 1: column ${index + 1} has the name of column ${first + 1}. Take one of them out.`)]
  })
}

function otherCount ({ record: { length }, info: { lines } }: Line, wanted: number): ProblemItem {
  return malformed(
    `Dòng ${lines} có ${length} ô, dòng đầu có ${wanted}. Mọi dòng có cùng số ô; ô chứa dấu ngăn thì đặt trong ngoặc kép.`,
    `Line ${lines} has ${length} cells, the first line ${wanted}. All lines have as many; a cell with a delimiter stands in double quotes.`
  )
}

/** The library's own words may quote a cell. */
function unreadable ({ code, lines, column }: CsvError & { lines?: unknown, column?: unknown }): ProblemItem {
  const line = typeof lines === 'number' ? String(lines) : '?'
  const cell = typeof column === 'number' ? String(column + 1) : '?'
  return malformed(
    `Không đọc được CSV ở dòng ${line}, ô ${cell} (${code}). Kiểm tra dấu ngoặc kép; dòng đầu là tên cột.`,
    `The CSV cannot be read at line ${line}, cell ${cell} (${code}). Look at the double quotes; the first line has the columns' names.`
  )
}

function malformed (message: string, messageEn: string): ProblemItem {
  return { pointer: '', code: 'csv-malformed', message, messageEn }
}
