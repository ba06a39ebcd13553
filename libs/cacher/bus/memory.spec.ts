import { busContract } from './bus.contract.js';
import { memoryBus } from './memory.js';

busContract(async () => {
  const bus = memoryBus();
  return { here: bus, there: bus, close: () => bus.close() };
});
