export { get } from './get.operation';
export { send } from './send.operation';
