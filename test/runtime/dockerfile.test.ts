import { describe, expect, it } from 'vitest';
import { readDockerfile } from '../../src/runtime/dockerfile.ts';

describe("a project's Dockerfile", () => {
  it('is read into the instructions that are built, a line each, with where they began', () => {
    const text = [
      '# what it needs',
      'from signalbox-worker',
      '',
      'RUN apt-get update && \\',
      '  # for the tests',
      '    apt-get install -y python3 \\  ',
      '',
      '    && true',
      'COPY --chown=10001:10001 a b /opt/',
      'ENV A=1',
    ].join('\r\n');
    expect(readDockerfile(text)).toEqual({
      ok: true,
      instructions: [
        { line: 4, text: 'RUN apt-get update &&     apt-get install -y python3     && true' },
        { line: 9, text: 'COPY --chown=10001:10001 a b /opt/' },
        { line: 10, text: 'ENV A=1' },
      ],
    });
  });

  const worker = 'FROM signalbox-worker\n';
  it.each([
    ['', 1, 'begin with'],
    ['RUN true', 1, 'begin with'],
    ['FROM debian', 1, 'begin with'],
    ['FROM signalbox-worker:latest', 1, 'begin with'],
    ['FROM signalbox-worker AS one', 1, 'begin with'],
    ['FROM --platform=linux/arm64 signalbox-worker', 1, 'begin with'],
    ['ARG BASE=debian\nFROM ${BASE}', 1, 'begin with'],
    ['\uFEFFFROM signalbox-worker', 1, 'does not show'],
    [`${worker}RUN true\nFROM debian\nRUN true`, 3, 'another base'],
    [`${worker}RUN true \\\n# more\nFROM debian\nfrom debian`, 5, 'another base'],
    [`# syntax=docker/dockerfile:1\n${worker}`, 1, 'directive'],
    [`# escape=\`\n${worker}`, 1, 'directive'],
    [`${worker}COPY --from=debian /bin/sh /bin/sh`, 2, 'another base'],
    [`${worker}COPY --chown=1:1 --from=debian /bin/sh /bin/sh`, 2, 'another base'],
    [`${worker}COPY --chown=$A /bin/sh /bin/sh`, 2, 'not taken'],
    [`${worker}ADD https://example.org/x /x`, 2, 'past the boundary'],
    [`${worker}add x /x`, 2, 'past the boundary'],
    [`${worker}RUN --network=host curl x`, 2, 'not taken by RUN'],
    [`${worker}RUN --mount=type=bind,from=debian true`, 2, 'not taken by RUN'],
    [`${worker}RUN\u00A0--network=host curl x`, 2, 'not taken by RUN'],
    [`${worker}VOLUME /work`, 2, 'outlives'],
    [`${worker}LABEL signalbox.session=t0123456789-coder-1`, 2, 'labels'],
    [`${worker}ONBUILD RUN true`, 2, 'ONBUILD is not among'],
    [`${worker}HEALTHCHECK CMD true`, 2, 'HEALTHCHECK is not among'],
    [`${worker}ENTRYPOINT ["sh"]`, 2, 'ENTRYPOINT is not among'],
    [`${worker}RUN cat <<EOF\nFROM debian\nEOF`, 3, 'another base'],
    [`${worker}RUN true\u2028FROM debian`, 2, 'does not show'],
    [`${worker}RUN true\rFROM debian`, 2, 'does not show'],
    [`${worker}RUN true \\`, 2, 'in the middle'],
  ])('%j is refused: line %i', (text, line, why) => {
    expect(readDockerfile(text)).toEqual({
      ok: false,
      reason: expect.stringMatching(new RegExp(`^\\.signalbox/Dockerfile line ${line}: .*${why}.*\\.$`)),
    });
  });
});
