// The names of emoji as Slack's messages carry them; an unknown one stays readable as :name:.

const NAMES = `octagonal_sign 🛑|hourglass_flowing_sand ⏳|hourglass ⌛|calendar 📆|date 📅|spiral_calendar_pad 🗓️|mag 🔍|mag_right 🔎
white_check_mark ✅|heavy_check_mark ✔️|x ❌|frame_with_picture 🖼️|red_circle 🔴|large_orange_circle 🟠|large_yellow_circle 🟡
large_green_circle 🟢|large_blue_circle 🔵|white_circle ⚪|black_circle ⚫|large_purple_circle 🟣|warning ⚠️|information_source ℹ️|bell 🔔|no_bell 🔕
package 📦|truck 🚚|speech_balloon 💬|envelope ✉️|email 📧|incoming_envelope 📨|gift 🎁|credit_card 💳|moneybag 💰|euro 💶|ticket 🎟️|label 🏷️
arrows_counterclockwise 🔄|repeat 🔁|leftwards_arrow_with_hook ↩️|rewind ⏪|lock 🔒|unlock 🔓|key 🔑|no_entry ⛔|no_entry_sign 🚫|stop_sign 🛑
hand ✋|raised_hand ✋|wave 👋|eyes 👀|+1 👍|thumbsup 👍|-1 👎|tada 🎉|sparkles ✨|question ❓|grey_question ❔|exclamation ❗|bangbang ‼️
memo 📝|pencil 📝|pencil2 ✏️|clipboard 📋|page_facing_up 📄|paperclip 📎|link 🔗|camera 📷|alarm_clock ⏰|clock3 🕒|stopwatch ⏱️|timer_clock ⏲️
bar_chart 📊|chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|busts_in_silhouette 👥|bust_in_silhouette 👤|shopping_trolley 🛒|shopping_bags 🛍️
scales ⚖️|bulb 💡|wrench 🔧|gear ⚙️|hammer_and_wrench 🛠️|rotating_light 🚨|triangular_flag_on_post 🚩|shield 🛡️|house 🏠|department_store 🏬|bank 🏦
arrow_right ➡️|arrow_left ⬅️|arrow_up ⬆️|arrow_down ⬇️|heavy_plus_sign ➕|heavy_minus_sign ➖|zzz 💤|globe_with_meridians 🌐|inbox_tray 📥|outbox_tray 📤|shirt 👕|coat 🧥|star ⭐|pushpin 📌|put_litter_in_its_place 🚮|dash 💨|snowflake ❄️|construction 🚧|receipt 🧾|robot_face 🤖`;

const TABLE = new Map(NAMES.split(/[|\n]/).map((row) => row.split(" ")).map(([name, sign]) => [name, sign]));

export function emoji(name) {
  return TABLE.get(name) ?? null;
}
