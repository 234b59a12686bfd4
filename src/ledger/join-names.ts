/** Small numbers for authors and reasons, so that a shard's state fits typed arrays. */
import type { Author } from './record.ts'

/** Shared by all families of a job; numbers are local to one replica and never compared. */
export class Names {
  readonly #authors: Author[] = []
  readonly #authorIds = new Map<string, Map<string, number>>()
  /** Records come in stretches of one author. */
  #lastAuthor: Author | null = null
  #lastId = 0
  readonly #texts: string[] = []
  readonly #textIds = new Map<string, number>()

  authorId(author: Author): number {
    if (author === this.#lastAuthor) return this.#lastId
    this.#lastId = this.#find(author)
    this.#lastAuthor = author
    return this.#lastId
  }

  #find(author: Author): number {
    let boots = this.#authorIds.get(author.hub)
    if (boots === undefined) {
      boots = new Map()
      this.#authorIds.set(author.hub, boots)
    }
    let id = boots.get(author.boot)
    if (id === undefined) {
      id = this.#authors.length
      boots.set(author.boot, id)
      this.#authors.push(author)
    }
    return id
  }

  author(id: number): Author {
    return this.#authors[id] ?? { hub: '', boot: '' }
  }

  textId(text: string): number {
    let id = this.#textIds.get(text)
    if (id === undefined) {
      id = this.#texts.length
      this.#textIds.set(text, id)
      this.#texts.push(text)
    }
    return id
  }

  text(id: number): string {
    return this.#texts[id] ?? ''
  }
}

/** Negative when `a` comes first in the order of code units. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
