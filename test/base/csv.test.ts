// Lists as spreadsheets write them.
import t from 'tap'
import { atLine, readCsv } from '../../src/base/csv.js'

t.test('a mark before the text, semicolons and Windows line ends are understood; empty cells are left out', async t => {
  t.match(readCsv('\ufefflocal;partner;name;validTo\r\nTS_lop1;1.001776;"Tuyển sinh; lớp 1";\r\n\r\nB;2.000815;;2026-01-01\r\n'), {
    rows: [{ local: 'TS_lop1', partner: '1.001776', name: 'Tuyển sinh; lớp 1' }, { local: 'B', partner: '2.000815', validTo: '2026-01-01' }],
    lines: [2, 4],
    errors: []
  })
})

t.test('codes stay text: leading zeros and dots are as they were', async t => {
  t.match(readCsv('local,partner\n007,000.00.14.H15\n'), { rows: [{ local: '007', partner: '000.00.14.H15' }] })
})

t.test('an open quote is refused with its line and without its text', async t => {
  for (const text of ['local,partner\n"NGUYEN,1\n', 'local,partner\nA,1\nB,"NGUYEN" x\n']) {
    const read = readCsv(text)
    t.match(read, { rows: [], errors: [{ code: 'csv-malformed', message: /dòng \d, ô \d/, messageEn: /line \d, cell \d/ }] })
    t.notMatch(JSON.stringify(read), 'NGUYEN')
  }
})

t.test('every line with too few or too many cells is told, without its text, and the others are read', async t => {
  const read = readCsv('local,partner\nNGUYEN\nA,1\nNGUYEN,2,3\n')
  t.match(read, {
    rows: [{ local: 'A', partner: '1' }],
    lines: [3],
    errors: [{ code: 'csv-malformed', message: /^Dòng 2 có 1 ô, dòng đầu có 2\./ }, { messageEn: /^Line 4 has 3 cells, the first line 2\./ }]
  })
  t.notMatch(JSON.stringify(read), 'NGUYEN')
})

t.test('two columns of one name are refused; columns without a name are not, as spreadsheets leave them', async t => {
  t.match(readCsv('a,b,a\n1,2,3\n').errors, [{ code: 'csv-malformed', messageEn: /column 3 has the name of column 1/ }])
  t.match(readCsv('a,,\n1,,\n'), { rows: [{ a: '1' }], errors: [] })
})

t.test('an empty file has no columns and no rows', async t => {
  t.strictSame(readCsv(''), { header: [], rows: [], lines: [], errors: [] })
})

t.test('an error is told by line and column; one that is of no line is left as it is', async t => {
  const error = { pointer: '/rows/1/local', code: 'field-format', message: 'Sai.', messageEn: 'Wrong.' }
  t.match(atLine(error, [2, 4]), { pointer: '/rows/1/local', message: 'Dòng 4, cột "local": Sai.', messageEn: 'Line 4, column "local": Wrong.' })
  t.match(atLine({ ...error, pointer: '/rows/0' }, [2, 4]), { message: 'Dòng 2: Sai.', messageEn: 'Line 2: Wrong.' })
  for (const pointer of ['', '/rows', '/rows/2/local', '/unit']) t.strictSame(atLine({ ...error, pointer }, [2, 4]), { ...error, pointer })
})
