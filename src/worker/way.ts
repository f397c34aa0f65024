import { forward } from './forward.ts';
import { BOUNDARY_PORT, placesUnder } from './paths.ts';

/** The one program of a container whose loopback others share: what they send to its port goes to the boundary. It says when that is so. */
await forward(BOUNDARY_PORT, placesUnder('').socket);
console.log('open');
