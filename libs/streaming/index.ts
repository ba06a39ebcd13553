export { streamProviders } from './providers.js';
