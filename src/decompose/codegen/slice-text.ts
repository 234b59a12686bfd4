/** Writes how the root tells which part of a list an iteration reads. */
import { type Polynomial, polynomialText } from '../spots/affine.ts'
import { namesIn, type Slice } from '../spots/slices.ts'
import { sliceName } from './meta.ts'

/** `l:()=>({"xs":{at:($i)=>[Math.min(1*$i+-1),Math.max(1*$i)],names:[]}})`; nothing for spots without slices. */
export function slicesText(slices: readonly Slice[]): string[] {
  if (slices.length === 0) return []
  return [`l:()=>({${slices.map(sliceText).join(',')}})`]
}

function sliceText(slice: Slice): string {
  const { reads, counter } = slice
  const texts = (bounds: readonly Polynomial[]): string =>
    bounds.map((bound) => polynomialText(bound, (variable) => (variable === counter ? '$i' : variable.name))).join(',')
  const at = `($i)=>[Math.min(${texts(reads.lows)}),Math.max(${texts(reads.highs)})]`
  return `${JSON.stringify(sliceName(slice))}:{at:${at},names:[${namesIn(slice).join(',')}]}`
}
