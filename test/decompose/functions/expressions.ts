// Expression interpreter: parse, evaluate many inputs, table of operators.
type Expr = { op: string; left: Expr; right: Expr } | { value: number } | { name: string };
const OPERATORS: Record<string, (a: number, b: number) => number> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  max: (a, b) => Math.max(a, b),
};
function tokenize(source: string): string[] {
  const tokens: string[] = [];
  let i = 0;
  while (i < source.length) { //: sequential,inner carried-dependency any
    const m = /^\s*([a-z]+|\d+|[()+*-])/.exec(source.slice(i));
    if (!m) throw new SyntaxError(`at ${i}: ${source}`);
    tokens.push(m[1]!);
    i += m[0].length;
  }
  return tokens;
}
function parse(tokens: string[]): Expr {
  const token = tokens.shift()!;
  if (token === "(") {
    const left = parse(tokens);
    const op = tokens.shift()!;
    const right = parse(tokens);
    tokens.shift();
    return { op, left, right };
  }
  return /\d/.test(token) ? { value: Number(token) } : { name: token };
}
function evaluate(e: Expr, env: Record<string, number>): number {
  if ("value" in e) return e.value;
  if ("name" in e) return env[e.name] ?? 0;
  return OPERATORS[e.op]!(evaluate(e.left, env), evaluate(e.right, env));
}
export default async function run({ sources, rows }: { sources: string[]; rows: Record<string, number>[] }) {
  const programs = sources.map((s) => { //: parallel core
    try {
      return parse(tokenize(s));
    } catch (error) {
      return { value: NaN };
    }
  });
  const table: number[][] = [];
  for (const env of rows) table.push(programs.map((p) => evaluate(p, env))); //: parallel core
  const totals = programs.map((_, k) => table.reduce((s, r) => s + r[k]!, 0)); //: parallel core
  const best = table.map((r) => r.indexOf(Math.max(...r))); //: parallel core
  return { totals, best };
}
export function input(scale = 1) {
  return { sources: ["(a + b)", "((a * b) - 3)", "(a max (b * 2))", "(a ? b)"], rows: Array.from({ length: 12 * scale }, (_, i) => ({ a: i, b: (i * 3) % 5 })) };
}
