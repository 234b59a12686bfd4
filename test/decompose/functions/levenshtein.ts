// Closest dictionary word for each misspelling.
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i); //: inner any
  for (let i = 1; i <= a.length; i++) { //: sequential carried-dependency any
    const current = [i];
    for (let j = 1; j <= b.length; j++) { //: sequential carried-dependency any
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      current[j] = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + cost);
    }
    previous = current;
  }
  return previous[b.length]!;
}

interface Match { word: string; best: string; distance: number }

export default async function correct({ words, dictionary }: { words: string[]; dictionary: string[] }): Promise<Match[]> {
  const matches: Match[] = [];
  for (const word of words) { //: parallel core
    let best = '';
    let distance = Infinity;
    for (const candidate of dictionary) { //: inner,guarded any
      const d = editDistance(word, candidate);
      if (d < distance) {
        distance = d;
        best = candidate;
      }
    }
    matches.push({ word, best, distance });
  }
  return matches;
}

export function input(scale = 1) {
  const dictionary = ['apple', 'banana', 'cherry', 'grape', 'orange', 'lemon', 'melon'];
  return { dictionary, words: Array.from({ length: 12 * scale }, (_, i) => dictionary[i % 7]!.slice(0, 2 + (i % 4)) + 'xe') };
}
