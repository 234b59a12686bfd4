/**
 * Compiled module texts, kept from job to job of a slot. What the engine has learned of a text it keeps as long as the
 * same function makes its functions anew; state of the module it makes anew each time.
 */
import { decomposeLimits } from '../../limits.ts'
import { compileText, type ModuleText } from './compile.ts'

interface Kept {
  readonly file: string
  readonly text: ModuleText
}

/** By code, least recently used first. */
const kept = new Map<string, Kept>()
let chars = 0

/** @throws ShoalError SHOAL_CODE_SYNTAX when the text is broken */
export function compiledText(code: string, file: string): ModuleText {
  const held = kept.get(code)
  if (held?.file === file) {
    kept.delete(code)
    kept.set(code, held)
    return held.text
  }
  const text = compileText(code, file)
  if (held === undefined) chars += code.length
  kept.delete(code)
  kept.set(code, { file, text })
  for (const oldest of kept.keys()) {
    if (chars <= decomposeLimits.compiledCharsMax) break
    kept.delete(oldest)
    chars -= oldest.length
  }
  return text
}
