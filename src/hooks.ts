export { transport } from 'sveltekit-cairn';
