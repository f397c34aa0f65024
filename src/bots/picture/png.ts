import { createRequire } from 'node:module';
import { WIDTH } from './picture.ts';

const require = createRequire(import.meta.url);

/** A picture of ours as PNG, twice its size, drawn beside the controller's own thread with a font that comes along. Nothing is loaded before the first. */
export async function png(svg: string): Promise<Uint8Array<ArrayBuffer>> {
  const { renderAsync } = await import('@resvg/resvg-js');
  const fontFiles = [
    require.resolve('@expo-google-fonts/noto-sans-mono/400Regular/NotoSansMono_400Regular.ttf'),
    require.resolve('@expo-google-fonts/noto-sans-mono/700Bold/NotoSansMono_700Bold.ttf'),
  ];
  const drawn = await renderAsync(svg, {
    font: { loadSystemFonts: false, fontFiles, defaultFontFamily: 'Noto Sans Mono' },
    fitTo: { mode: 'width', value: 2 * WIDTH },
  });
  return new Uint8Array(drawn.asPng());
}
