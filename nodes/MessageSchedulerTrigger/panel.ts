import type { TriggerPanelDefinition } from 'n8n-workflow';

const WHILE_BUILDING =
	'<b>While building your workflow</b>, click the button, then send a message through a gateway that has the Test URL. The next event that you chose shows up in this editor.';

const WHERE_RUNS_ARE =
	'These executions show up in the <a data-key="executions">executions list</a>, but not in the editor.';

/** Texts beside the trigger's parameters. n8n's default texts assume a service with the node's name. */
export const triggerPanel: TriggerPanelDefinition = {
	header: 'Pull in statuses of your messages, and answers',
	executionsHelp: {
		inactive: `${WHILE_BUILDING} <br /><br /> <b>Once you're happy with your workflow</b>, publish it. Then each event that you chose starts it when the gateway reports it to the Production URL. ${WHERE_RUNS_ARE}`,
		active: `${WHILE_BUILDING} <br /><br /> <b>Your workflow is published</b>: each event that you chose starts it when the gateway reports it to the Production URL. ${WHERE_RUNS_ARE}`,
	},
	activationHint:
		"Once you've finished building your workflow, publish it to have each status or message start it (you just won't see those executions here).",
};
