/** How a report looks: light and dark, on paper too; colours that colour-blind readers can tell apart (Okabe and Ito, 2008). */

export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --dim: #5b6675; --paper: #fbfbf9; --card: #fff; --rule: #d9dde3; --lane: #eef1f4; --good: #0b7a53; --bad: #b3261e;
  --plan: #2f7fc1; --patience: #7fb8e0; --steal: #1a9e76; --speculate: #b25f97; --recover: #d9772b; --migrate: #b8a009; --other: #7d8794; --away: #aab2bd; --side0: #e4b400; --side1: #7a1fa2; --side2: #00695c; --load: #c9cfd8; --forecast: #b3261e; --know: #2f7fc133; --know-line: #2f7fc1; --talk: #1a9e7633; --talk-line: #1a9e76; }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e8ee; --dim: #98a4b3; --paper: #14181e; --card: #1b2129; --rule: #303945; --lane: #202833; --good: #4cc38f; --bad: #ff8a7d;
  --plan: #4d9fe0; --patience: #9ccbee; --steal: #35bd93; --speculate: #d086b8; --recover: #ec9250; --migrate: #d6c03c; --other: #8f9aa8; --away: #4a5563; --side0: #ffd54f; --side1: #ce93d8; --side2: #4db6ac; --load: #3a4553; --forecast: #ff8a7d; --know: #4d9fe040; --know-line: #4d9fe0; --talk: #35bd9340; --talk-line: #35bd93; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 1180px; font: 15px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; letter-spacing: -.01em; } h2 { font-size: 1.05rem; margin: 2.25rem 0 .5rem; }
.lead { color: var(--dim); margin: 0 0 1rem; max-width: 46rem; } .lead b { font-weight: 600; }
.good { color: var(--good); } .bad { color: var(--bad); }
dl.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.4rem, 1fr)); gap: .6rem; margin: 1.25rem 0; }
dl.figures div { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: .55rem .75rem; }
dl.figures dt { color: var(--dim); font-size: .78rem; } dl.figures dd { margin: 0; font-size: 1.2rem; font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
figure { margin: 1.25rem 0; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: .9rem .9rem .5rem; }
figcaption { color: var(--dim); font-size: .85rem; margin: .25rem .2rem .3rem; }
.scroll { overflow-x: auto; } .scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--plan); outline-offset: 2px; border-radius: 6px; }
svg { display: block; width: 100%; min-width: 720px; height: auto; } svg text { font: 11px system-ui, sans-serif; fill: var(--dim); }
svg text.lane { fill: var(--ink); } svg text.chart-name { fill: var(--ink); font-weight: 600; font-size: 12px; } svg text.split-name { fill: var(--recover); font-weight: 600; }
.grid { stroke: var(--rule); stroke-width: 1; } .lane-back { fill: var(--lane); } .side0 { fill: var(--side0); } .side1 { fill: var(--side1); } .side2 { fill: var(--side2); }
.split { stroke: var(--recover); stroke-width: 3; fill: none; } .mark { fill: var(--bad); } .mark-line { stroke: var(--bad); stroke-width: 1; stroke-dasharray: 2 2; }
rect.away { fill: var(--away); } path.load { fill: var(--load); } path.forecast { fill: none; stroke: var(--forecast); stroke-width: 1.2; }
.bar.plan { fill: var(--plan); } .bar.patience { fill: var(--patience); } .bar.steal { fill: var(--steal); } .bar.speculate { fill: var(--speculate); } .bar.recover { fill: var(--recover); } .bar.migrate { fill: var(--migrate); } .bar.other { fill: var(--other); }
.bar:hover { filter: brightness(1.15); }
path.know { fill: var(--know); } path.know-line { fill: none; stroke: var(--know-line); stroke-width: 1.5; } path.talk { fill: var(--talk); } path.talk-line { fill: none; stroke: var(--talk-line); stroke-width: 1.5; }
ul.legend { display: flex; flex-wrap: wrap; gap: .15rem 1.1rem; list-style: none; margin: .2rem .2rem .6rem; padding: 0; font-size: .85rem; color: var(--dim); }
.legend i { display: inline-block; width: .95em; height: .75em; margin-right: .4em; border-radius: 2px; background: var(--other); }
.legend .plan { background: var(--plan); } .legend .patience { background: var(--patience); } .legend .steal { background: var(--steal); } .legend .speculate { background: var(--speculate); } .legend .recover { background: var(--recover); } .legend .migrate { background: var(--migrate); } .legend .away { background: var(--away); } .legend .load { background: var(--load); } .legend .forecast { background: var(--forecast); height: .2em; vertical-align: .25em; }
i.strip { height: .3em; vertical-align: .2em; } .legend .side0 { background: var(--side0); } .legend .side1 { background: var(--side1); } .legend .side2 { background: var(--side2); }
.legend .striped { background: repeating-linear-gradient(45deg, var(--plan) 0 2px, #fff9 2px 4px); }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; } th, td { text-align: left; padding: .22rem 1.1rem .22rem 0; vertical-align: top; border-bottom: 1px solid var(--rule); } th { color: var(--dim); font-weight: 500; }
pre, code { font: 12.5px/1.5 ui-monospace, monospace; } pre { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: .7rem .9rem; overflow-x: auto; }
details { margin: .6rem 0; } summary { cursor: pointer; padding: .15rem .2rem; color: var(--dim); }
@media print { body { max-width: none; padding: 0; } figure { break-inside: avoid; } }
`
