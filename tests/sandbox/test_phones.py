"""The phones process as a whole: it signs in by SMS, hears pushes, answers, walks, reports."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.tiny_station import PLACE, TinyStation
from tests.sandboxes import ROOT, clean_environment
from workers.sandbox.phones.walking import Spot

HOME = {"lat": 29.7031, "lon": 107.3897}
SPEED = "100"


class Phones:
    """The process, on a roster of its own."""

    def __init__(
        self, folder: Path, station: TinyStation, fcm: str, twilio: str, people: list[dict], webpush: str = ""
    ) -> None:
        roster = folder / "demo-phones.json"
        roster.write_text(json.dumps([HOME | person for person in people]))
        self.options = ["--roster", str(roster), "--state", str(folder / "phones.json"), "--speed", SPEED]
        self.options += ["--api", station.base_url, "--fcm", fcm, "--twilio", twilio, "--webpush", webpush]
        self.log = folder / "phones.log"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "workers.sandbox.phones", *self.options]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=clean_environment(), stdout=log, stderr=log)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(10)

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def station(push, sms) -> Iterator[TinyStation]:
    with TinyStation(push, sms) as running:
        yield running


@pytest.fixture
def phones(tmp_path, station, fcm, twilio):
    started: list[Phones] = []

    def start(*people: dict) -> Phones:
        started.append(Phones(tmp_path, station, fcm.base_url, twilio.base_url, list(people)))
        return started[0]

    yield start
    for running in started:
        if running.process.poll() is None:
            assert running.stop() == 0, running.log.read_text()


def test_a_willing_person_goes_all_the_way(phones, station, number):
    phones({"phone": number, "behaviour": "willing"})
    station.wait(number, "position")
    offer_id = station.offer(number)
    station.wait(number, "feedback")
    deeds = [deed for deed in station.did(number) if not deed.startswith(("ack", "feedback")) and deed != "position"]
    assert deeds == ["registered", "on duty", "accept", "depart", "arrive", "finish"]
    assert station.offers[offer_id]["state"] == "done"
    assert {deed.split()[1] for deed in station.did(number) if deed.startswith("ack")} == {"received", "read"}


def test_the_way_is_reported_from_home_to_the_place(phones, station, number):
    phones({"phone": number, "behaviour": "willing"})
    station.wait(number, "position")
    station.offer(number)
    station.wait(number, "arrive")
    track = [Spot(lat, lon) for lat, lon in station.positions]
    goal = Spot(PLACE["lat"], PLACE["lon"])
    assert Spot(HOME["lat"], HOME["lon"]).metres_to(track[0]) < 40
    assert goal.metres_to(track[-1]) < 40
    # 200 m at 2.3 m/s, one position every 10 s, and the one from home.
    assert len(track) == 1 + 9


@pytest.mark.parametrize(("behaviour", "deed"), [("refusing", "decline"), ("silent", "ack read")])
def test_others_refuse_or_stay_silent(phones, station, number, behaviour, deed):
    phones({"phone": number, "behaviour": behaviour})
    station.wait(number, "position")
    offer_id = station.offer(number)
    station.wait(number, deed)
    time.sleep(0.3)
    assert "accept" not in station.did(number)
    assert station.offers[offer_id]["state"] == ("declined" if deed == "decline" else "offered")


def test_a_switched_off_phone_does_not_even_acknowledge(phones, station, number):
    other = number[:-1] + str((int(number[-1]) + 1) % 10)
    phones({"phone": number, "behaviour": "off"}, {"phone": other, "behaviour": "refusing"})
    station.wait(number, "on duty")
    station.wait(other, "position")
    station.offer(number)
    station.offer(other)
    station.wait(other, "decline")
    assert not [deed for deed in station.did(number) if deed.startswith("ack")]


def test_a_message_sent_twice_is_minded_once(phones, station, number):
    phones({"phone": number, "behaviour": "willing"})
    station.wait(number, "position")
    offer_id = station.offer(number)
    message_id = station.latest(number)
    station.wait(number, f"ack received {message_id}")
    station.ring(number, message_id)
    station.tell(number, offer_id, "a-reminder", "offer_reminder")
    station.wait(number, "finish")
    assert station.did(number).count(f"ack received {message_id}") == 1
    assert station.did(number).count("accept") == 1


def test_somebody_stood_down_on_the_way_turns_back(phones, station, number):
    phones({"phone": number, "behaviour": "willing", "speed_mps": 0.05})
    station.wait(number, "position")
    offer_id = station.offer(number)
    station.wait(number, "depart")
    station.offers[offer_id]["state"] = "stood_down"
    station.tell(number, offer_id, "not-needed", "stand_down")
    station.wait(number, "ack received not-needed")
    walked, deadline = 0, time.monotonic() + 10
    while walked != len(station.positions):
        assert time.monotonic() < deadline, "still walking"
        walked = len(station.positions)
        time.sleep(0.5)
    assert "arrive" not in station.did(number)


def test_a_returned_feedback_is_written_again_and_news_are_only_read(phones, station, number):
    phones({"phone": number, "behaviour": "willing"})
    station.wait(number, "position")
    offer_id = station.offer(number)
    station.wait(number, "feedback")
    station.tell(number, offer_id, "news", "stand_down")
    station.tell(number, offer_id, "returned", "feedback_returned")
    deadline = time.monotonic() + 20
    while sum(deed.startswith("feedback") for deed in station.did(number)) < 2:
        assert time.monotonic() < deadline, station.did(number)
        time.sleep(0.02)
    assert station.did(number).count("accept") == 1


def test_somebody_forgetful_stands_there_until_the_positions_have_told(phones, station, number):
    phones({"phone": number, "behaviour": "forgetful"})
    station.wait(number, "position")
    offer_id = station.offer(number)
    goal, deadline = Spot(PLACE["lat"], PLACE["lon"]), time.monotonic() + 20
    while not station.positions or goal.metres_to(Spot(*station.positions[-1])) > 40:
        assert time.monotonic() < deadline, "never got there"
        time.sleep(0.05)
    station.offers[offer_id]["state"] = "arrived"
    station.wait(number, "feedback")
    assert not {"depart", "arrive"} & set(station.did(number))


def test_somebody_who_stays_at_home_reports_from_there(phones, station, number):
    phones({"phone": number, "behaviour": "still"})
    station.wait(number, "position")
    offer_id = station.offer(number)
    station.wait(number, "accept")
    station.tell(number, offer_id, "coming", "still_coming")
    station.wait(number, "ack received coming")
    station.offers[offer_id]["state"] = "stood_down"
    time.sleep(0.5)
    home = Spot(HOME["lat"], HOME["lon"])
    assert all(home.metres_to(Spot(lat, lon)) < 40 for lat, lon in station.positions)
    assert not {"depart", "still-coming"} & set(station.did(number))


def test_questions_of_the_way_and_the_scene_are_answered(phones, station, number):
    phones({"phone": number, "behaviour": "willing", "speed_mps": 0.05})
    station.wait(number, "position")
    offer_id = station.offer(number)
    station.wait(number, "depart")
    station.tell(number, offer_id, "coming", "still_coming")
    station.wait(number, "still-coming")
    station.tell(number, offer_id, "well", "welfare_check")
    station.wait(number, "welfare")


def test_an_offer_that_is_over_is_not_answered(phones, station, number):
    phones({"phone": number, "behaviour": "willing"})
    station.wait(number, "position")
    station.offers["old"] = {"id": "old", "state": "withdrawn", "number": number}
    station.tell(number, "old", "late-message")
    station.wait(number, "ack received late-message")
    station.offer(number)
    station.wait(number, "finish")
    assert "refused accept" not in station.did(number)


def test_a_silent_test_is_acknowledged_and_nothing_else(phones, station, number):
    phones({"phone": number, "behaviour": "willing"})
    station.wait(number, "position")
    station.test_silently(number, "a-silent-test")
    station.wait(number, "ack received a-silent-test")
    assert not [deed for deed in station.did(number) if deed.startswith(("ack shown", "ack read", "accept"))]


def test_a_notice_is_opened_and_read(phones, station, number):
    phones({"phone": number, "behaviour": "willing"})
    station.wait(number, "position")
    station.tell(number, "a-notice", "a-message", "notice_flood")
    station.wait(number, "notice a-notice read")
    assert station.did(number).index("notice a-notice opened") < station.did(number).index("notice a-notice read")


def test_a_void_access_token_is_renewed_without_a_new_code(phones, station, number):
    phones({"phone": number, "behaviour": "willing"})
    station.wait(number, "position")
    station.revoke_access()
    station.offer(number)
    station.wait(number, "finish")
    assert station.sign_ins == 1


def test_an_outage_on_the_way_is_waited_out(phones, station, number):
    phones({"phone": number, "behaviour": "willing", "speed_mps": 1.0})
    station.wait(number, "position")
    station.offer(number)
    station.wait(number, "depart")
    station.outage.set()
    time.sleep(1.0)
    station.outage.clear()
    station.wait(number, "finish")
    assert station.did(number).count("depart") == 1


def test_a_restarted_phone_keeps_its_sign_in_and_goes_on_with_its_errand(phones, station, number):
    running = phones({"phone": number, "behaviour": "willing", "speed_mps": 0.5})
    station.wait(number, "position")
    station.offer(number)
    station.wait(number, "depart")
    running.process.kill()
    running.process.wait(10)
    running.start()
    station.wait(number, "finish")
    assert station.sign_ins == 1
    assert station.did(number).count("registered") == 2
    assert station.did(number).count("accept") == 1


def test_forty_idle_phones_cost_next_to_nothing(phones, station, number):
    people = [{"phone": f"{number[:-2]}{n:02d}"} for n in range(40)]
    running = phones(*people)
    for person in people:
        station.wait(person["phone"], "position", 60)
    before = running.cpu_seconds()
    time.sleep(3)
    assert (running.cpu_seconds() - before) / 3 < 0.2
