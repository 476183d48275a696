// What the bell's attributes say about its connection.

/** The options for `connect`. */
export function optionsFrom(bell) {
    const options = { feeds: feedsOf(bell) };
    if (bell.hasAttribute('url')) options.url = new URL(bell.getAttribute('url'), document.baseURI).href;
    if (bell.hasAttribute('token-url')) options.token = () => fetchToken(bell.getAttribute('token-url'));
    return options;
}

/** One feed or several, with spaces between them. */
export const feedsOf = (bell) => (bell.getAttribute('feed') ?? '').split(/\s+/).filter((feed) => feed !== '');

async function fetchToken(url) {
    const response = await fetch(url, { cache: 'no-store' });
    if (!response.ok) throw new Error(`${url}: status ${response.status}`);
    return (await response.text()).trim();
}
