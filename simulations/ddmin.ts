/** Delta debugging: the smallest part of a list that still does what the whole did (Zeller and Hildebrandt, 2002). */

/**
 * A part of `items`, in their order, for which `fails` holds and from which no single item can be left out, unless `fails` was
 * asked for the last time (it then answers false). `fails` holds for all of them.
 */
export function ddmin<T>(items: readonly T[], fails: (part: readonly T[]) => boolean): readonly T[] {
  if (fails([])) return []
  let kept = items
  let pieces = 2
  while (kept.length >= 2) {
    const smaller = reduced(kept, pieces, fails)
    if (smaller !== null) {
      kept = smaller.kept
      pieces = Math.max(2, Math.min(smaller.pieces, kept.length))
    } else if (pieces < kept.length) pieces = Math.min(kept.length, 2 * pieces)
    else break
  }
  return kept
}

/** One piece alone, or all but one. */
function reduced<T>(
  kept: readonly T[],
  pieces: number,
  fails: (part: readonly T[]) => boolean,
): { kept: readonly T[]; pieces: number } | null {
  const size = Math.ceil(kept.length / pieces)
  const starts = Array.from({ length: Math.ceil(kept.length / size) }, (_, index) => index * size)
  for (const start of starts) {
    const piece = kept.slice(start, start + size)
    if (piece.length < kept.length && fails(piece)) return { kept: piece, pieces: 2 }
  }
  if (pieces === 2) return null
  for (const start of starts) {
    const rest = kept.filter((_, index) => index < start || index >= start + size)
    if (fails(rest)) return { kept: rest, pieces: pieces - 1 }
  }
  return null
}
