import { memoryStorage } from './memory-storage.ts';
import { deviceStorageContract } from './outbox.testing.ts';

deviceStorageContract('device storage in memory', memoryStorage);
