import { AssignedMessages } from '../../stores/assignedMessages';

it('knows what is assigned, and nothing else', () => {
	const assigned = new AssignedMessages();
	assigned.assign('a');
	assigned.assign('a');
	expect(['a', 'b', 'constructor'].map((id) => assigned.isAssigned(id))).toEqual([
		true,
		false,
		false,
	]);
	expect(new AssignedMessages().isAssigned('a')).toBe(false);
});
