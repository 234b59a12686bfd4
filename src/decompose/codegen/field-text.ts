/** Writes fields that stand for variables: `"result.valid":result.valid` where state is told, `const result={valid:...}` where it comes. */

import { placeOf } from '../syntax/fields.ts'
import type { Variable } from '../syntax/parse.ts'

/** Members of a literal that holds the values of variables by their names. */
export function pairsText(variables: readonly Variable[]): string {
  return variables
    .map((variable) =>
      placeOf(variable) === null ? variable.name : `${JSON.stringify(variable.name)}:${variable.name}`,
    )
    .join(',')
}

/** Declares variables, and records with the fields among them, from the state `$s`. */
export function declaredText(variables: readonly Variable[]): string {
  const plain = variables.filter((variable) => placeOf(variable) === null)
  const records = new Map<string, string[]>()
  for (const variable of variables) {
    const place = placeOf(variable)
    if (place === null) continue
    const fields = records.get(place.record) ?? []
    records.set(place.record, [...fields, `${place.name}:$s[${JSON.stringify(variable.name)}]`])
  }
  const texts = [...records].map(([record, fields]) => `const ${record}={${fields.join(',')}};`)
  return `let {${plain.map(({ name }) => name).join(',')}}=$s;${texts.join('')}`
}

/** How the root tells which fields of which records loops give out; nothing where there are none. */
export function recordsText(variables: readonly Variable[]): string[] {
  const places = variables.flatMap((variable) => placeOf(variable) ?? [])
  if (places.length === 0) return []
  return [`r:()=>[${places.map(({ record, name }) => `[${record},${JSON.stringify(name)}]`).join(',')}]`]
}
