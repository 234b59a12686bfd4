// Walks configuration objects by key.
function normalise(value) {
  return typeof value === 'string' ? value.trim().toLowerCase() : value;
}

export default function ({ config, rates }) {
  const clean = {};
  for (const key in config) { //: parallel stretch
    clean[key] = normalise(config[key]);
  }
  const converted = {};
  for (const [currency, rate] of Object.entries(rates)) { //: parallel core
    converted[currency] = Math.round(100 * rate) / 100;
  }
  const doubled = Object.fromEntries(Object.entries(rates).map(([k, v]) => [k, v * 2])); //: parallel core
  let longest = 0;
  Object.keys(config).forEach((key) => { //: reduce core
    longest = Math.max(longest, key.length);
  });
  return { clean, converted, doubled, longest };
}

export function input(scale = 1) {
  const config = {};
  const rates = {};
  for (let i = 0; i < 12 * scale; i++) {
    config['key' + i] = i % 2 ? ' Value ' + i : i;
    rates['c' + i] = i * 1.01;
  }
  return { config, rates };
}
