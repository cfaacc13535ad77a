export { get } from './get';
export { send } from './send';
