// Order book matching (sequential), then analytics.
export default function exchange({ orders }) {
  const bids = [], asks = [];
  const trades = [];
  for (const order of orders) { //: sequential carried-dependency,mutated-capture,alias must-not
    const book = order.side === "buy" ? asks : bids;
    let left = order.quantity;
    while (left > 0 && book.length > 0) { //: sequential carried-dependency must-not
      const top = book[0];
      if (order.side === "buy" ? top.price > order.price : top.price < order.price) break;
      const q = Math.min(left, top.left);
      trades.push({ price: top.price, q, maker: top.id, taker: order.id });
      top.left -= q;
      left -= q;
      if (top.left === 0) book.shift();
    }
    if (left > 0) {
      const mine = order.side === "buy" ? bids : asks;
      mine.push({ ...order, left });
      mine.sort((a, b) => (order.side === "buy" ? b.price - a.price : a.price - b.price)); //: sequential sort must-not
    }
  }
  const volume = trades.reduce((v, t) => v + t.q, 0); //: guarded,sequential,reduce fp-order any
  const notional = trades.map((t) => t.price * t.q); //: parallel core
  const vwap = notional.reduce((a, b) => a + b, 0) / volume; //: sequential,fission fp-order must-not
  const candles = [];
  for (let i = 0; i < trades.length; i += 5) { //: parallel core
    const chunk = trades.slice(i, i + 5);
    candles.push({ open: chunk[0].price, close: chunk.at(-1).price, high: Math.max(...chunk.map((t) => t.price)) });
  }
  const positions = {};
  for (const { maker, taker, q } of trades) { //: sequential,guarded fp-order,carried-dependency any
    positions[maker] = (positions[maker] ?? 0) - q;
    positions[taker] = (positions[taker] ?? 0) + q;
  }
  return { trades: trades.length, vwap, candles, positions };
}
export function input(scale = 1) {
  return { orders: Array.from({ length: 30 * scale }, (_, i) => ({ id: i, side: i % 2 ? "buy" : "sell", price: 100 + ((i * 7) % 11) - 5, quantity: 1 + (i % 4) })) };
}
