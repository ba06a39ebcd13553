import { memoryStorage } from './memory.js';
import { storageContract } from './storage.contract.js';

storageContract(async () => memoryStorage());
