/** Calls in optional chains: where something is missing the rest of the chain is not evaluated at all. */
import type { Attack } from './attacks.ts'

function attack(name: string, shards: Attack['shards'], body: string): Attack {
  return {
    name: `optional chains: ${name}`,
    shards,
    source: `function heavy(x) { let h = x; for (let i = 0; i < 9; i++) h = (h * 31 + i) % 1009; return h }
export default function ({ xs, none }) { ${body} }
export const input = () => ({ xs: [3, 1, 2, 5, 4, 9, 7], none: {} })`,
  }
}

export const chainAttacks: readonly Attack[] = [
  attack(
    'a list that is there',
    'some',
    'const o = { list: xs }; return [o.list?.map((x) => heavy(x)), o.list?.filter((x) => x > 3) ?? [], o.list?.find((x) => heavy(x) > 900)]',
  ),
  attack(
    'a list that is missing',
    'none',
    'return [none.list?.map((x) => heavy(x)), none.list?.some((x) => heavy(x)), none.list?.reduce((a, x) => a + heavy(x), 0) ?? 4, none.list?.forEach((x) => { heavy(x) })]',
  ),
  attack(
    'a list that is null',
    'none',
    'none.list = null; return [none.list?.map((x) => heavy(x)), none.list?.every((x) => heavy(x))]',
  ),
  attack(
    'what holds the list is missing',
    'none',
    'return [none.a?.list.map((x) => heavy(x)), none.a?.b.c.reduce((a, x) => a + heavy(x), 0), none.a?.list.some((x) => heavy(x))]',
  ),
  attack(
    'the rest of a chain',
    'none',
    'return [none.list?.map((x) => heavy(x)).filter((x) => x > 3).length, none.list?.map((x) => x).join()]',
  ),
  attack(
    'what is there lacks the list',
    'none',
    'none.a = {}; try { return none.a?.list.map((x) => heavy(x)) } catch (error) { return error.message }',
  ),
  attack(
    'arguments of a call that does not happen',
    'none',
    'let n = 0; const next = () => { n++; return 0 }; return [none.list?.reduce((a, x) => a + heavy(x), next()), none.a?.list.reduce((a, x) => a + heavy(x), next()), n]',
  ),
  attack(
    'in parentheses the chain ends',
    'any',
    'const told = []; try { told.push((none.a?.list).map((x) => heavy(x))) } catch (error) { told.push(error.message) } const o = { list: xs }; told.push((o?.list).map((x) => heavy(x)), (o.list?.map((x) => heavy(x))).filter((x) => x > 300)); return told',
  ),
  attack(
    'a chain behind the call',
    'some',
    'return [xs.map((x) => heavy(x))?.length, xs.find((x) => x > 99)?.toFixed(2), xs.filter((x) => x > 2)?.map((x) => heavy(x))]',
  ),
]
