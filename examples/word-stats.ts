// What Shakespeare's characters say: words, pairs of words, longest lines, and who sounds like whom.
// Run it with:  shoal run examples/word-stats.ts --input @examples/shakespeare.txt

interface Speech {
  speaker: string
  lines: string[]
}
interface Profile {
  speaker: string
  words: number
  grams: Map<string, number>
  norm: number
}

const WORD = /[a-z]+(?:'[a-z]+)?/g

function wordsOf(line: string): string[] {
  return line.toLowerCase().match(WORD) ?? []
}

/** A speech is a line with a name and a colon, and the lines under it. */
function speechesOf(text: string): Speech[] {
  const speeches: Speech[] = []
  for (const block of text.split(/\n\s*\n/)) {
    const [first, ...lines] = block.trim().split('\n')
    if (first.endsWith(':')) speeches.push({ speaker: first.slice(0, -1).toLowerCase(), lines })
  }
  return speeches
}

/** How often a speaker uses each run of three letters: a fingerprint of style. */
function profileOf(speaker: string, lines: string[]): Profile {
  const grams = new Map<string, number>()
  let words = 0
  for (const line of lines) {
    const said = wordsOf(line)
    words += said.length
    const letters = ` ${said.join(' ')} `
    for (let i = 0; i + 3 <= letters.length; i++) {
      const gram = letters.slice(i, i + 3)
      grams.set(gram, (grams.get(gram) ?? 0) + 1)
    }
  }
  let squares = 0
  for (const count of grams.values()) squares += count * count
  return { speaker, words, grams, norm: Math.sqrt(squares) }
}

/** Cosine of two fingerprints: 1 for the same style, 0 for nothing in common. */
function similarity(a: Profile, b: Profile): number {
  let product = 0
  for (const [gram, count] of a.grams) product += count * (b.grams.get(gram) ?? 0)
  return product / (a.norm * b.norm)
}

/** Edits that turn one line into the other (Levenshtein). */
function distance(a: string, b: string): number {
  let above = new Uint16Array(b.length + 1)
  let row = new Uint16Array(b.length + 1)
  for (let j = 0; j <= b.length; j++) above[j] = j
  for (let i = 1; i <= a.length; i++) {
    row[0] = i
    for (let j = 1; j <= b.length; j++) {
      const change = a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1
      row[j] = Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + change)
    }
    ;[above, row] = [row, above]
  }
  return above[b.length]
}

function byCount(a: [string, number], b: [string, number]): number {
  return b[1] - a[1] || (a[0] < b[0] ? -1 : 1)
}

export default async function wordStats(input: string | { text: string }) {
  const text = typeof input === 'string' ? input : input.text
  const lines = text.split('\n')

  // Words and pairs of neighbouring words.
  const words = new Map<string, number>()
  const pairs = new Map<string, number>()
  let total = 0
  for (const line of lines) {
    const said = wordsOf(line)
    said.forEach((word, i) => {
      words.set(word, (words.get(word) ?? 0) + 1)
      if (i > 0) {
        const pair = `${said[i - 1]} ${word}`
        pairs.set(pair, (pairs.get(pair) ?? 0) + 1)
      }
      total++
    })
  }

  // Who speaks how much.
  const speeches = speechesOf(text)
  const spoken = new Map<string, string[]>()
  for (const { speaker, lines } of speeches) {
    const known = spoken.get(speaker)
    if (known === undefined) spoken.set(speaker, [...lines])
    else known.push(...lines)
  }

  // Fingerprints of everyone with more than a few lines, each compared with all others.
  const cast = [...spoken].filter(([, said]) => said.length >= 12)
  const profiles = cast.map(([speaker, said]) => profileOf(speaker, said))
  const alike = profiles.map((a) => {
    let nearest = ''
    let best = -1
    let sum = 0
    for (const b of profiles) {
      if (b.speaker === a.speaker) continue
      const score = similarity(a, b)
      sum += score
      if (score > best) {
        best = score
        nearest = b.speaker
      }
    }
    return { speaker: a.speaker, words: a.words, nearest, score: best, mean: sum / (profiles.length - 1) }
  })

  // The longest lines, and for each the line elsewhere in the plays that is most like it.
  const verses = lines.filter((line) => line.length > 20)
  const ranked = verses.map((line, at) => ({ line, at })).sort((a, b) => b.line.length - a.line.length || a.at - b.at)
  const longest = ranked.slice(0, 120)
  const candidates = ranked.slice(0, 1100)
  const echoes = longest.map(({ line, at }) => {
    let echo = ''
    let edits = Infinity
    for (const other of candidates) {
      if (other.at === at) continue
      const d = distance(line, other.line)
      if (d < edits) {
        edits = d
        echo = other.line
      }
    }
    return { line, echo, edits }
  })

  return {
    lines: lines.length,
    speeches: speeches.length,
    speakers: spoken.size,
    words: total,
    distinct: words.size,
    topWords: [...words].sort(byCount).slice(0, 12),
    topPairs: [...pairs].sort(byCount).slice(0, 12),
    mostAlike: [...alike].sort((a, b) => b.score - a.score || (a.speaker < b.speaker ? -1 : 1)).slice(0, 8),
    mostOwn: [...alike].sort((a, b) => a.mean - b.mean || (a.speaker < b.speaker ? -1 : 1)).slice(0, 8),
    echoes: [...echoes].sort((a, b) => a.edits - b.edits || (a.line < b.line ? -1 : 1)).slice(0, 8),
  }
}

export function input(scale = 1): string {
  const said = [
    'Speak, speak, I say.',
    'We know it well, and yet we do not speak.',
    'What say you now, good citizens of Rome?',
  ]
  const blocks: string[] = []
  for (let i = 0; i < 60 * scale; i++) {
    const lines = said.map((line, k) => `${line} ${'indeed '.repeat((i + k) % 4)}number ${(i * 7 + k) % 13}`)
    blocks.push([`Citizen ${i % 5}:`, ...lines].join('\n'))
  }
  return blocks.join('\n\n')
}
