export const mount = () => ({ submit: async () => ({ outcome: 'done' }), destroy() {} });
