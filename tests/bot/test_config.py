"""Settings: read from the environment and a file, refused by name, never repeated."""

from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from bot.config import BadSettings, Settings

CANARY = "canary-51e7"
FULL = {
    "SECRET_KEY": "k" * 32,
    "PUBLIC_URL": "https://returns.shop.example",
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_SIGNING_SECRET": "signing",
    "SLACK_CHANNEL": "C0123456789",
    "WOOCOMMERCE_URL": "https://shop.example",
    "WOOCOMMERCE_CONSUMER_KEY": "ck_1",
    "WOOCOMMERCE_CONSUMER_SECRET": "cs_1",
    "WOOCOMMERCE_WEBHOOK_SECRET": "hook",
}


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return tmp_path / ".env"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def read(env_file: Path, monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Settings.read(env_file)


def test_nothing_has_to_be_set(env_file: Path) -> None:
    settings = Settings.read(env_file)
    assert settings.database_url == "sqlite:///returns-desk.db"
    assert settings.window_days == 30
    assert settings.digest_time == time(9, 0)
    assert not settings.secret_key


def test_the_environment_goes_before_the_file(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env_file.write_text("PORT=7000\nTIMEZONE=Europe/Paris\n")
    settings = read(env_file, monkeypatch, PORT="7001")
    assert (settings.port, settings.timezone) == (7001, "Europe/Paris")
    assert settings.zone.key == "Europe/Paris"


def test_a_constructor_looks_at_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "7001")
    assert Settings(language="fr").port == 8000


@pytest.mark.parametrize("name", [name.upper() for name in Settings.model_fields if name != "window_days"])
@pytest.mark.parametrize("empty", ["", "  "])
def test_empty_counts_as_not_set(
    env_file: Path, monkeypatch: pytest.MonkeyPatch, name: str, empty: str
) -> None:
    assert read(env_file, monkeypatch, **{name: empty}) == Settings()


def test_a_window_that_is_set_but_empty_has_no_end(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(env_file, monkeypatch, WINDOW_DAYS="").window_days is None


def test_settings_do_not_change_once_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value", "meaning"),
    [
        ("PUBLIC_URL", "https://returns.shop.example/", "https://returns.shop.example"),
        ("PUBLIC_URL", "http://localhost:8000", "http://localhost:8000"),
        ("WOOCOMMERCE_URL", " https://shop.example/fr/ ", "https://shop.example/fr"),
        ("WOOCOMMERCE_URL", "http://127.0.0.1:8090", "http://127.0.0.1:8090"),
        ("WOOCOMMERCE_URL", "http://[::1]:8090", "http://[::1]:8090"),
        ("SLACK_API_URL", "http://127.0.0.1:1/api", "http://127.0.0.1:1/api/"),
        ("DATABASE_URL", "postgres://u:p@db/desk", "postgres://u:p@db/desk"),
        ("DATABASE_URL", "sqlite:////var/lib/desk.db", "sqlite:////var/lib/desk.db"),
        ("LANGUAGE", "fr", "fr"),
        ("LANGUAGE", "fr_FR:en", "fr"),
        ("LANGUAGE", "de_DE:de", "en"),
        ("DIGEST_TIME", "18:30", time(18, 30)),
        ("HOLIDAYS", "2026-12-25, 2027-01-01", (date(2026, 12, 25), date(2027, 1, 1))),
        ("SLACK_OPERATORS", "U0123,W0456", ("U0123", "W0456")),
        ("WINDOW_DAYS", "0", 0),
        ("LABEL_COST", "0", "0"),
        ("CREDIT_BONUS_CAP", "20.00", "20.00"),
    ],
)
def test_what_is_meant(
    env_file: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, meaning: Any
) -> None:
    assert getattr(read(env_file, monkeypatch, **{name: value}), name.lower()) == meaning


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("WOOCOMMERCE_URL", f"http://{CANARY}.example", "expected https"),
        ("WOOCOMMERCE_URL", f"{CANARY}.example", "expected an address"),
        ("WOOCOMMERCE_URL", f"https://{CANARY}.example:port", "expected an address"),
        ("WOOCOMMERCE_URL", f"https://{CANARY}:pass@shop.example", "without user"),
        ("WOOCOMMERCE_URL", f"https://{CANARY}.example/wp-json/wc/v3", "without /wp-json"),
        ("WOOCOMMERCE_URL", f"https://{CANARY}.example https://b.example", "expected an address"),
        ("PUBLIC_URL", f"http://{CANARY}.example", "expected https"),
        ("PUBLIC_URL", f"https://returns.example?{CANARY}", "without user"),
        ("SLACK_API_URL", f"http://{CANARY}.example/api/", "expected https"),
        ("STRIPE_API_BASE", f"ftp://{CANARY}.example", "expected an address"),
        ("DATABASE_URL", f"mysql://{CANARY}@db/desk", "expected one address"),
        ("DATABASE_URL", CANARY, "expected one address"),
        ("DATABASE_URL", f"postgresql://{CANARY}@db", "expected one address"),
        ("DATABASE_URL", f"postgresql://{CANARY}@db/a,sqlite:///b.db", "expected one address"),
        ("DATABASE_URL", f"postgresql://{CANARY}@db:port/desk", "expected one address"),
        ("DATABASE_URL", "sqlite://", "expected a file"),
        ("DATABASE_URL", "sqlite:///:memory:", "expected a file"),
        ("SECRET_KEY", CANARY, "expected at least 32 characters"),
        ("SECRET_KEY", " " + CANARY * 4, "spaces or a line break around it"),
        ("SECRET_KEY", CANARY * 4 + "\x07x", "cannot be typed"),
        ("INTAKE_SECRET", CANARY, "expected at least 16 characters"),
        ("SLACK_BOT_TOKEN", f"xoxb-{CANARY}\n", "spaces or a line break around it"),
        ("SLACK_BOT_TOKEN", f"xapp-{CANARY}", "expected to begin with xoxb-"),
        ("SLACK_APP_TOKEN", f"xoxb-{CANARY}", "expected to begin with xapp-"),
        ("SLACK_SIGNING_SECRET", f"{CANARY} ", "spaces or a line break around it"),
        ("WOOCOMMERCE_CONSUMER_KEY", f"cs_{CANARY}", "expected to begin with ck_"),
        ("WOOCOMMERCE_CONSUMER_SECRET", f"ck_{CANARY}", "expected to begin with cs_"),
        ("STRIPE_API_KEY", f"pk_{CANARY}", "expected to begin with sk_ or rk_"),
        ("STRIPE_WEBHOOK_SECRET", CANARY, "expected to begin with whsec_"),
        ("SLACK_CHANNEL", f"#{CANARY}", "expected the channel's id"),
        ("SLACK_USER_GROUP", f"@{CANARY}", "expected the group's id"),
        ("SLACK_OPERATORS", f"U0123,@{CANARY}", "expected members' ids"),
        ("TIMEZONE", CANARY, "expected a time zone by name"),
        ("TIMEZONE", "+02:00", "expected a time zone by name"),
        ("LANGUAGE", CANARY, "expected one of en"),
        ("DIGEST_TIME", "9am", "expected hours and minutes"),
        ("DIGEST_TIME", "24:00", "expected hours and minutes"),
        ("DIGEST_TIME", "9:00", "expected hours and minutes"),
        ("LABEL_COST", "4,90", "expected an amount with a point"),
        ("LABEL_COST", "4.90 EUR", "expected an amount with a point"),
        ("LABEL_COST", "-1", "expected an amount with a point"),
        ("LABEL_COST", "1e3", "expected an amount with a point"),
        ("LABEL_COST", "NaN", "expected an amount with a point"),
        ("LABEL_COST", "１２", "expected an amount with a point"),
        ("STANDARD_SHIPPING", CANARY, "expected an amount with a point"),
        ("GOODWILL_LIMIT", "10,00", "expected an amount with a point"),
        ("WINDOW_DAYS", CANARY, "expected a whole number"),
        ("WINDOW_DAYS", "-1", "greater than or equal to 0"),
        ("WINDOW_DAYS", "14.5", "expected a whole number"),
        ("RESTOCKING_FEE_PERCENT", "101", "less than or equal to 100"),
        ("PORT", "0", "greater than or equal to 1"),
        ("POLL_SECONDS", "1", "greater than or equal to 10"),
        ("HOLIDAYS", f"25.12.2026,{CANARY}", "expected dates"),
        ("CARD_PREFIX", "rma-", "expected up to ten capital letters"),
    ],
)
def test_what_cannot_be_used_is_named_and_not_repeated(
    env_file: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    with pytest.raises(BadSettings) as refusal:
        read(env_file, monkeypatch, **{name: value})
    (problem,) = refusal.value.problems
    assert problem.startswith(f"{name}: ")
    assert expected in problem
    assert CANARY not in str(refusal.value)
    assert refusal.value.__suppress_context__


def test_every_wrong_setting_is_named_at_once(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadSettings) as refusal:
        read(env_file, monkeypatch, PORT="x", TIMEZONE="x", LANGUAGE="x")
    assert sorted(line.split(":")[0] for line in refusal.value.problems) == ["LANGUAGE", "PORT", "TIMEZONE"]


def test_a_setting_that_is_there_twice_in_the_file_is_refused(env_file: Path) -> None:
    env_file.write_text("DATABASE_URL=sqlite:///a.db\n\nDATABASE_URL=postgresql://u:p@db/desk\n")
    with pytest.raises(BadSettings, match="DATABASE_URL: set twice"):
        Settings.read(env_file)


def test_a_misspelt_setting_is_noticed(env_file: Path) -> None:
    env_file.write_text("SLACK_CHANEL=C0123456789\n")
    with pytest.raises(BadSettings, match=r"SLACK_CHANEL: no such setting; did you mean SLACK_CHANNEL\?"):
        Settings.read(env_file)


def test_settings_of_other_programs_are_let_be(env_file: Path) -> None:
    env_file.write_text("COMPOSE_PROJECT_NAME=desk\n")
    assert Settings.read(env_file) == Settings()


def test_a_file_written_on_windows_is_read(env_file: Path) -> None:
    env_file.write_bytes(b"\xef\xbb\xbfPORT=7000\r\nSLACK_SIGNING_SECRET=abc\r\n")
    settings = Settings.read(env_file)
    assert (settings.port, settings.slack_signing_secret.get_secret_value()) == (7000, "abc")


def test_no_secret_shows_when_settings_are_printed(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = f"postgresql://desk:{CANARY}@db/desk"
    settings = read(env_file, monkeypatch, SECRET_KEY=CANARY * 4, DATABASE_URL=database)
    assert CANARY not in f"{settings!r} {settings}"


def test_nothing_is_missing_from_full_settings(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(env_file, monkeypatch, **FULL).missing("serve") == ()


@pytest.mark.parametrize("name", sorted(FULL))
def test_what_serving_needs_is_missed_by_name(
    env_file: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    rest = {key: value for key, value in FULL.items() if key != name}
    assert read(env_file, monkeypatch, **rest).missing("serve") == (name,)


def test_socket_mode_needs_no_signing_secret(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rest = {key: value for key, value in FULL.items() if key != "SLACK_SIGNING_SECRET"}
    settings = read(env_file, monkeypatch, **rest, SLACK_APP_TOKEN="xapp-1")
    assert settings.socket_mode
    assert settings.missing("serve") == ()


def test_every_setting_has_one_line_that_documents_it() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert "\n" not in field.description


def test_campaigns_are_names_with_their_days() -> None:
    text = "black-friday-2026=2026-11-20..2026-11-30, soldes.hiver=2027-01-06..2027-01-06,"
    assert Settings(campaigns=text).campaigns == (
        ("black-friday-2026", date(2026, 11, 20), date(2026, 11, 30)),
        ("soldes.hiver", date(2027, 1, 6), date(2027, 1, 6)),
    )
    assert Settings(campaigns="").campaigns == ()


@pytest.mark.parametrize(
    "text",
    [
        "black friday=2026-11-20..2026-11-30",
        "x=2026-11-20",
        "x=2026-11-31..2026-12-01",
        "x=2026-12-01..2026-11-01",
    ],
)
def test_campaigns_that_are_none_are_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected names and days|ends before it begins"):
        Settings(campaigns=text)


@pytest.mark.parametrize("text", ["21:00-08:00", "21:00 - 08:00"])
def test_quiet_hours_are_two_times_of_day(text: str) -> None:
    assert Settings(quiet_hours=text).quiet_hours == (time(21), time(8))


@pytest.mark.parametrize("text", ["21:00", "21-8", "08:00-08:00", "25:00-08:00", "night"])
def test_quiet_hours_that_are_none_are_named(text: str) -> None:
    with pytest.raises(ValueError, match="two different times"):
        Settings(quiet_hours=text)


def test_days_of_the_digest_are_days_of_the_week_and_all_of_them_where_none_is_named() -> None:
    assert Settings(digest_days="mon, Tue,fri").digest_days == (0, 1, 4)
    assert Settings().digest_days == ()


@pytest.mark.parametrize("text", ["monday", "lun", "1", "mon;tue", "mon-fri"])
def test_other_words_are_no_days_of_the_week(text: str) -> None:
    with pytest.raises(ValueError, match="expected days of the week"):
        Settings(digest_days=text)


def test_clocks_are_hours_for_what_the_team_has_to_do() -> None:
    assert Settings(clock_hours="pending=8, received = 16,answer=4").clock_hours == (
        ("pending", 8),
        ("received", 16),
        ("answer", 4),
    )
    assert Settings().clock_hours == ()
    assert Settings(team_hours="09:00-18:00").team_hours == (time(9), time(18))
    assert Settings(team_days="mon,fri").team_days == (0, 4)


@pytest.mark.parametrize(
    "text", ["8", "pending", "pending=", "new=8", "pending=0", "answer=1001", "answer=²"]
)
def test_other_words_are_no_clock(text: str) -> None:
    with pytest.raises(ValueError, match="expected hours such as"):
        Settings(clock_hours=text)
