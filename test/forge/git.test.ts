import { forgeContract } from '../contract/forge.ts';
import { repositories } from './repositories.ts';

forgeContract('git', repositories);
