/** Loads a user's module as one text: its own when it imports nothing but builtins, else bundled. */
import { readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { basename, dirname, relative, resolve } from 'node:path'
import { type BuildFailure, build } from 'esbuild'
import { ShoalError } from '../errors.ts'
import { sizes } from '../limits.ts'
import type { BundleMap } from '../program/program.ts'
import { OWN_PACKAGE } from './syntax/own-package.ts'
import { parseModule, stripTypes } from './syntax/parse.ts'
import { isPackage } from './syntax/source-map.ts'

/** The bundle's name for the bundler; nobody sees it. */
const BUNDLE = 'bundle.js'

export interface LoadedModule {
  /** JavaScript; for a module without imports of its own at the user's own lines and columns. */
  readonly source: string
  /** The name that errors show. */
  readonly file: string
  /** Where a bundle's text stood; absent for a module of one file. */
  readonly map?: BundleMap
  /** The user's own files as they are written, the module itself first; packages left out. */
  readonly files: readonly UserFile[]
}

export interface UserFile {
  readonly file: string
  readonly text: string
}

/**
 * Reads the module at `path`; npm and relative imports are bundled into it.
 * @throws ShoalError SHOAL_CODE_UNREADABLE, SHOAL_CODE_SYNTAX, SHOAL_CODE_UNSUPPORTED, SHOAL_CODE_IMPORT
 */
export async function loadModule(path: string): Promise<LoadedModule> {
  const file = shownName(path)
  const text = await readText(path)
  const parsed = parseModule(text, file)
  const bundled = parsed.tree.body.some(
    (node) =>
      (node.type === 'ImportDeclaration' ||
        node.type === 'ExportNamedDeclaration' ||
        node.type === 'ExportAllDeclaration') &&
      node.source != null &&
      !isProvided(String(node.source.value)),
  )
  const own = { file, text }
  if (!bundled) return { source: parsed.text, file, files: [own] }
  const { source, map, paths } = await bundle(path)
  const files: UserFile[] = [own]
  for (const [index, at] of paths.entries()) {
    const name = map.sources[index] ?? at
    if (at !== path && !isPackage(name)) files.push({ file: name, text: await readText(at) })
  }
  return { source, file, map, files }
}

/** What slots offer to every module: builtins of Node, and shoal itself. */
function isProvided(name: string): boolean {
  return isBuiltin(name) || name === OWN_PACKAGE
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new ShoalError('SHOAL_CODE_UNREADABLE', `cannot read ${path}`, {
      next: 'check the path and its permissions',
      cause,
    })
  }
}

async function bundle(path: string): Promise<{ source: string; map: BundleMap; paths: readonly string[] }> {
  try {
    const result = await build({
      entryPoints: [path],
      bundle: true,
      write: false,
      outfile: BUNDLE,
      sourcemap: 'external',
      sourcesContent: false,
      format: 'esm',
      platform: 'neutral',
      mainFields: ['module', 'main'],
      conditions: ['import', 'node', 'default'],
      target: 'es2024',
      charset: 'utf8',
      logLevel: 'silent',
      absWorkingDir: dirname(path),
      plugins: [
        {
          name: 'builtins',
          setup(builder) {
            builder.onResolve({ filter: /.*/ }, ({ path: name }) => {
              if (!isProvided(name)) return undefined
              const isBare = name.startsWith('node:') || name === OWN_PACKAGE
              return { path: isBare ? name : `node:${name}`, external: true }
            })
            // As for the module itself: types are erased in place, and nothing else is TypeScript.
            builder.onLoad({ filter: /\.[cm]?ts$/ }, async ({ path: at }) => {
              return { contents: stripTypes(await readText(at), shownBeside(at, path)), loader: 'js' }
            })
          },
        },
      ],
    })
    const source = result.outputFiles.find((file) => file.path.endsWith(BUNDLE))?.text ?? ''
    const told = result.outputFiles.find((file) => file.path.endsWith(`${BUNDLE}.map`))?.text ?? '{}'
    if (source.length > sizes.programBytesMax) {
      throw new ShoalError('SHOAL_JOB_TOO_LARGE', `${path} has ${source.length} characters with its imports`, {
        next: 'import less, or pass large data as input',
      })
    }
    const { sources = [], mappings = '', names = [] } = JSON.parse(told) as Partial<BundleMap>
    const paths = sources.map((name) => resolve(dirname(path), name))
    return { source, map: { sources: paths.map((at) => shownBeside(at, path)), mappings, names }, paths }
  } catch (thrown) {
    throw thrown instanceof ShoalError ? thrown : importError(path, thrown)
  }
}

function importError(path: string, thrown: unknown): ShoalError {
  const [first] = (thrown as Partial<BuildFailure>).errors ?? []
  if (first?.detail instanceof ShoalError) return first.detail
  const place = first?.location
  const at = place == null ? basename(path) : `${place.file}:${place.line}:${place.column + 1}`
  const missing = /^Could not resolve/.test(first?.text ?? '')
  return new ShoalError(
    missing ? 'SHOAL_CODE_IMPORT' : 'SHOAL_CODE_SYNTAX',
    `${at}: ${first?.text ?? String(thrown)}`,
    {
      next: missing
        ? 'install the package next to the module, or correct the import'
        : 'correct the syntax at the given place',
      cause: thrown,
    },
  )
}

/** An imported file by the way to it from the working folder, else from the module. */
function shownBeside(path: string, module: string): string {
  const beside = relative(dirname(module), path)
  const shown = relative(process.cwd(), path)
  if (path === module || !shown.startsWith('..')) return shownName(path)
  return beside.startsWith('..') ? basename(path) : beside
}

/** Relative to the working folder when inside it, else the base name: no user's absolute path travels. */
function shownName(path: string): string {
  const shown = relative(process.cwd(), path)
  return shown === '' || shown.startsWith('..') ? basename(path) : shown
}
