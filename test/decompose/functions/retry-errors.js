// Validates records, collects errors, keeps going.
function validate(record) {
  if (!record.id) throw new TypeError('no id');
  if (record.age < 0 || record.age > 150) throw new RangeError('age ' + record.age);
  return { ...record, adult: record.age >= 18 };
}

export default async function ({ records }) {
  const good = [];
  const bad = [];
  for (const [index, record] of records.entries()) { //: parallel core
    try {
      good.push(validate(record));
    } catch (error) {
      bad.push({ index, error: error.name + ': ' + error.message });
    } finally {
      record.checked === undefined;
    }
  }
  const outcome = await Promise.allSettled(records.map(async (r) => validate(r))); //: sequential async-order any
  return { good, bad, settled: outcome.map((o) => o.status) }; //: sequential async-order any
}

export function input(scale = 1) {
  return { records: Array.from({ length: 20 * scale }, (_, i) => ({ id: i % 6 ? i : 0, age: i * 9 })) };
}
