import { describe, expect, it } from 'vitest';
import { filesOf } from '../../../src/bots/picture/hunks.ts';
import { diffPicture } from '../../../src/bots/picture/picture.ts';
import { png } from '../../../src/bots/picture/png.ts';

/** A patch that adds these lines to a file. */
const adds = (path: string, lines: readonly string[]): string =>
  [
    `diff --git a/${path} b/${path}`,
    `--- a/${path}`,
    `+++ b/${path}`,
    `@@ -1,1 +1,${lines.length + 1} @@ where it is`,
    ' before',
    ...lines.map((line) => `+${line}`),
    '',
  ].join('\n');
const rows = (svg: string): number => svg.match(/<rect y=/g)!.length;
/** Its texts by row, put together and read as a person does. */
const said = (svg: string): readonly string[] => {
  const at = new Map<string, string>();
  for (const [, y = '', text = ''] of svg.matchAll(/<text x="[\d.]+" y="(\d+)"[^>]*>([^<]*)<\/text>/g))
    at.set(
      y,
      (at.get(y) ?? '') + text.replace(/&#(\d+);/g, (_all, code: string) => String.fromCodePoint(Number(code))),
    );
  return [...at.values()];
};

const hostile: readonly string[] = [
  '</text><script>ran=1</script><image href="https://evil.example/x.png"/>',
  '"><rect onload="ran=1"/>',
  '<![CDATA[ ]]> <!-- --> <?xml-stylesheet href="x"?> &amp; &#60;script&#62;',
  '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>&x;',
  '\u202eevil\u202c \u2066 \u200b \ufeff',
  '\u0000\u0007\u001b[31m \ud800 \uffff',
  '`${x}` <span class="hljs-keyword">Merge</span>',
  'a'.repeat(100_000),
];

describe('the files of a patch', () => {
  it('are its paths with their lines, and what a hunk holds is no header, whatever it looks like', () => {
    const patch = `${adds('src/a.ts', ['x', '++ b/evil.ts', 'diff --git a/x b/y'])}diff --git a/new.bin b/new.bin\nnew file mode 100644\nBinary files /dev/null and b/new.bin differ\n`;
    expect(filesOf(patch)).toEqual([
      {
        path: 'src/a.ts',
        plus: 3,
        minus: 0,
        lines: [
          { kind: 'hunk', text: 'line 1  where it is' },
          { kind: 'same', text: 'before' },
          { kind: 'added', text: 'x' },
          { kind: 'added', text: '++ b/evil.ts' },
          { kind: 'added', text: 'diff --git a/x b/y' },
        ],
      },
      {
        path: 'new.bin',
        plus: 0,
        minus: 0,
        lines: [
          { kind: 'hunk', text: 'new file mode 100644' },
          { kind: 'hunk', text: 'Binary files /dev/null and b/new.bin differ' },
        ],
      },
    ]);
  });
});

describe('a diff as a picture', () => {
  it('says the files, what was added and removed, and colours what its language knows', () => {
    const patch = adds('src/a.ts', ["const a = 'words'; // why"]);
    const svg = diffPicture(patch);
    expect(said(svg)).toEqual([
      '1 file, +1 −0',
      'src/a.ts +1 −0',
      'line 1  where it is',
      'before',
      "+const a = 'words'; // why",
    ]);
    expect(svg).toContain('fill="#a40e26">const</text>');
    expect(svg).toContain('fill="#0a3069">&#39;words&#39;</text>');
    expect(diffPicture(adds('src/a.unknown', ['const a']))).toContain('fill="#1f2328">const a</text>');
  });

  it('of a long change shows its first files, and says how much more there is', () => {
    const many = Array.from({ length: 40 }, (_, n) => adds(`src/${n}.ts`, ['x', 'y', 'z'])).join('');
    const svg = diffPicture(many);
    expect(rows(svg)).toBeLessThanOrEqual(91);
    expect(said(svg).at(-1)).toMatch(/^… and \d+ more files: the patch has them$/);
    const long = diffPicture(
      adds(
        'src/a.ts',
        Array.from({ length: 50_000 }, (_, n) => `line ${n}`),
      ),
    );
    expect(rows(long)).toBeLessThanOrEqual(91);
    expect(said(long).at(-1)).toBe('… more of src/a.ts: the patch has it');
  });

  it('of a very long line shows three rows and its cut', () => {
    const svg = diffPicture(adds('a.min.js', ['x'.repeat(2_000_000)]));
    expect(rows(svg)).toBe(7);
    expect(said(svg).at(-1)).toMatch(/^x+…$/);
    expect(svg.length).toBeLessThan(5_000);
  });

  it.each(hostile.map((text, n) => [n, text] as const))('of hostile text %i is a picture of its words', (_n, text) => {
    const svg = diffPicture(
      adds('a.html', text.slice(0, 4_000).split('\n')) + adds(text.split('\n')[0]!.slice(0, 80), ['x']),
    );
    // Nothing but what a picture is made of.
    expect(svg.replace(/<\/?(?:svg|rect|text)(?: [a-z:A-Z-]+="[^"<>&]*")*\/?>/g, '')).not.toMatch(/[<>]/);
    expect(svg).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e\u2066-\u2069]/); // oxlint-disable-line no-control-regex
  });

  it('is a PNG at twice the width of a phone, with words in it', async () => {
    const drawn = Buffer.from(await png(diffPicture(adds('src/a.ts', ['const a = 1;']))));
    const empty = Buffer.from(await png(diffPicture('')));
    expect(drawn.subarray(1, 4).toString()).toBe('PNG');
    expect(drawn.readUInt32BE(16)).toBe(780);
    expect(drawn.readUInt32BE(20)).toBe(2 * (5 * 16 + 12));
    expect(drawn.length).toBeGreaterThan(empty.length + 1_000);
  });
});
