import { describe, expect, it } from 'vitest';
import { stretches, timesPicture } from '../../src/bots/times.ts';
import { tasks } from './samples.ts';

const drawn = (times: readonly (readonly [string, number])[], now: number): readonly string[] =>
  stretches(
    times.map(([at, s]) => ({ at, since: s * 1_000 })),
    now * 1_000,
  ).map(({ label, kind, from, ms }) => `${label} ${kind} ${from / 1000}+${ms / 1000}`);

describe('what a task did with its time', () => {
  it.each([
    ['nothing yet', [], 5, []],
    ['it goes on until now', [['coder', 0]], 5, ['Code work 0+5']],
    [
      'stretches of one label on end are one',
      [
        ['opening', 0],
        ['preparing', 1],
        ['coder', 3],
      ],
      5,
      ['Preparing check 0+3', 'Code work 3+2'],
    ],
    [
      'waits are apart',
      [
        ['queued', 0],
        ['coder', 4],
        ['held', 6],
        ['coder', 10],
        ['review', 12],
      ],
      20,
      ['Queue wait 0+4', 'Code work 4+2', 'On hold wait 6+4', 'Code work 10+2', 'Your turn person 12+8'],
    ],
    [
      'what is shorter than a second is left out, but for the last',
      [
        ['coder', 0],
        ['taking', 2],
        ['validating', 2.2],
        ['review', 5],
      ],
      5,
      ['Code work 0+2', 'Tests check 2.2+2.8', 'Your turn person 5+0'],
    ],
    [
      'an end takes no time',
      [
        ['coder', 0],
        ['merging', 2],
        ['merged', 4],
      ],
      99,
      ['Code work 0+2', 'Merge check 2+2', 'Merged end 4+0'],
    ],
    [
      'a clock that was put back makes nothing negative',
      [
        ['coder', 10],
        ['review', 4],
      ],
      3,
      ['Your turn person 4+0'],
    ],
    ['a phase of another version is its own name', [['dreaming', 0]], 2, ['dreaming check 0+2']],
  ] as const)('%s', (_what, times, now, expected) => {
    expect(drawn(times, now)).toEqual(expected);
  });
});

describe('what it cost', () => {
  const times = [
    { at: 'planner', since: 0, usd: 0.2 },
    { at: 'coder', since: 2_000, usd: 1 },
    { at: 'coder', since: 4_000, usd: 0.5 },
    { at: 'validating', since: 6_000 },
    { at: 'reviewer', since: 9_000 },
  ];

  it('stands with each phase, of stretches that are one as a sum, and is not known before its end', () => {
    expect(stretches(times, 20_000).map(({ label, usd }) => [label, usd])).toEqual([
      ['Plan', 0.2],
      ['Code', 1.5],
      ['Tests', null],
      ['Review', null],
    ]);
  });

  it('is in the picture with its sum; where nobody counted there is neither', () => {
    const picture = timesPicture({ ...tasks.working, times }, 20_000);
    for (const said of ['>$0.20<', '>$1.50<', '>$1.70 by list price, so far<']) expect(picture).toContain(said);
    const uncounted = times.map(({ at, since }) => ({ at, since }));
    expect(timesPicture({ ...tasks.working, times: uncounted }, 20_000)).not.toContain('$');
  });
});

describe('its picture', () => {
  it('has a row for each, what each took, and sums', () => {
    const picture = timesPicture(tasks.merged, tasks.merged.times.at(-1)!.since + 60_000);
    const said = [...picture.matchAll(/<text[^>]*>([^<]*)/g)].map(([, text]) => text);
    expect(said).toMatchInlineSnapshot(`
      [
        "✅ Correct the spelling in the README",
        "Preparing",
        "4s",
        "Requirements",
        "1m00s",
        "$0.31",
        "Document",
        "1s",
        "Plan",
        "1h00m",
        "$0.20",
        "Document",
        "1s",
        "Code",
        "2m14s",
        "$1.40",
        "Taking in",
        "1s",
        "Tests",
        "1m39s",
        "Code",
        "1m40s",
        "Taking in",
        "1s",
        "Tests",
        "29s",
        "Change",
        "1s",
        "Review",
        "1m09s",
        "&#60; $0.01",
        "Gate",
        "1m00s",
        "Merged",
        "1h06m agents",
        "3m17s tests and gate",
        "$1.91 by list price, so far",
      ]
    `);
    expect(picture.match(/<rect/g)!.length).toBeGreaterThan(20);
  });

  it('of hostile titles is a picture of their words', () => {
    const title = '"><script>x</script>&\u0000\ud800';
    const picture = timesPicture({ ...tasks.working, title }, 0);
    expect(picture).toContain('&#34;&#62;&#60;script&#62;x&#60;/script&#62;&#38;');
    for (const gone of ['<script', '\u0000']) expect(picture).not.toContain(gone);
  });

  it('of a long life shows the latest', () => {
    const times = Array.from({ length: 60 }, (_, n) => ({ at: n % 2 ? 'coder' : 'validating', since: n * 10_000 }));
    expect(timesPicture({ ...tasks.working, times }, 600_000)).toContain('… 44 earlier');
  });

  it('of no time at all is one too', () => {
    expect(timesPicture({ ...tasks.opening, times: [] }, 0)).toMatch(/^<svg .*<\/svg>$/);
    expect(timesPicture({ ...tasks.opening, times: [] }, 0)).not.toMatch(/NaN|Infinity/);
  });
});
