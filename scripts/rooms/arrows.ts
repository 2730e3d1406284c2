/** The imports of a checkout as arrows between files, types included, and what can be read off them. */
import { readdir, readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import ts from 'typescript'

export interface Arrow {
  from: string
  to: string
  typeOnly: boolean
}

/** Every import of one file of the project by another, below the given folders; paths are relative to the root. */
export async function readArrows (root: string, folders: readonly string[]): Promise<Arrow[]> {
  const files = (await Promise.all(folders.map(async folder => sourcesIn(root, folder)))).flat()
  const arrows = await Promise.all(files.map(async file => arrowsOf(file, await readFile(join(root, file), 'utf8'))))
  return arrows.flat()
}

async function sourcesIn (root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true })
  return entries.map(entry => posix.join(folder, entry.replaceAll('\\', '/'))).filter(file => file.endsWith('.ts'))
}

/** The arrows that leave one file. Packages are left out. */
export function arrowsOf (file: string, text: string): Arrow[] {
  const arrows: Arrow[] = []
  const add = (specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteral(specifier) || !specifier.text.startsWith('.')) return
    arrows.push({ from: file, to: posix.join(posix.dirname(file), specifier.text).replace(/\.js$/, '.ts'), typeOnly })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node))
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly)
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true)
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0], false)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, false))
  return arrows
}

function isTypeOnly ({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false
  const { namedBindings, name } = importClause
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  return name === undefined && namedBindings !== undefined && ts.isNamedImports(namedBindings) && namedBindings.elements.every(({ isTypeOnly: type }) => type)
}

/** Files that reach themselves over their imports, types included; one list for each knot (Tarjan's components). */
export function cyclesIn (arrows: readonly Pick<Arrow, 'from' | 'to'>[]): string[][] {
  const targets = new Map<string, string[]>()
  for (const { from, to } of arrows) targets.set(from, [...targets.get(from) ?? [], to])
  const seen = new Map<string, { index: number, low: number, open: boolean }>()
  const stack: string[] = []
  const knots: string[][] = []

  function visit (file: string): number {
    const own = { index: seen.size, low: seen.size, open: true }
    seen.set(file, own)
    stack.push(file)
    for (const target of targets.get(file) ?? []) {
      const known = seen.get(target)
      if (known === undefined) own.low = Math.min(own.low, visit(target))
      else if (known.open) own.low = Math.min(own.low, known.index)
    }
    if (own.low === own.index) close(file)
    return own.low
  }

  function close (file: string): void {
    const knot = stack.splice(stack.indexOf(file))
    for (const member of knot) (seen.get(member) as { open: boolean }).open = false
    const selfMade = knot.length === 1 && (targets.get(file) ?? []).includes(file)
    if (knot.length > 1 || selfMade) knots.push(knot.sort())
  }

  for (const file of targets.keys()) if (!seen.has(file)) visit(file)
  return knots
}

/** How many imports run from room to room: `counts.get(from)?.get(to)`. Imports within a room are left out. */
export function countByRoom (arrows: readonly Arrow[], roomOf: (file: string) => string | undefined): Map<string, Map<string, number>> {
  const counts = new Map<string, Map<string, number>>()
  for (const { from, to } of arrows) {
    const [room, target] = [roomOf(from), roomOf(to)]
    if (room === undefined || target === undefined || room === target) continue
    const row = counts.get(room) ?? new Map<string, number>()
    counts.set(room, row.set(target, (row.get(target) ?? 0) + 1))
  }
  return counts
}
