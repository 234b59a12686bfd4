/** Lets the inner loop of a nest run over a part of its items: those that belong to the segment at hand. */
import type { Nest } from '../spots/nests.ts'
import type { TextBuilder } from './text.ts'

/** @param by the name under which the window on the inner items is reached */
export function windowText(text: TextBuilder, { node, shape }: Nest, by: string): void {
  if (node.type === 'ForOfStatement') text.put(node.right.start, `${by}.part(`).put(node.right.end, ')')
  else if (shape.kind === 'range' && shape.first !== null) {
    text.put(shape.first.start, `${by}.first(`).put(shape.first.end, ')')
    text.put(shape.end.start, `${by}.until(`).put(shape.end.end, ')')
  }
}
