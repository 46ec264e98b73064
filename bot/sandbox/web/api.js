// The two questions the page asks: what is there to see, and please do this. Deeds go out one by one.

let queue = Promise.resolve();

export async function look(me, seen) {
  const query = new URLSearchParams({ as: me, seen });
  const answer = await fetch(`/api/state?${query}`);
  return answer.status === 204 ? null : answer.json();
}

export function act(me, deed) {
  const send = async () => {
    const answer = await fetch("/api/act", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ as: me, ...deed }),
    });
    return answer.json();
  };
  const mine = queue.then(send);
  queue = mine.catch(() => undefined);
  return mine;
}
