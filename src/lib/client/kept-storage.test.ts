import { deviceStorageContract } from './device-storage.testing.ts';
import { memoryStorage } from './memory-storage.ts';

deviceStorageContract('device storage in memory', memoryStorage);
