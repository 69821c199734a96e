"""Dispute cases and parties, who needs to know them, their timeline; code lists and standards with their presets."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables and the presets."""
    _create_standards()
    _create_cases()
    _create_parties()
    _create_records()
    op.execute("ALTER TABLE incidents ADD COLUMN dispute_id uuid")
    _insert_codes()
    _insert_standards()


def _create_standards() -> None:
    op.execute("""
        CREATE TABLE dispute_codes (
            list text NOT NULL,
            code text NOT NULL,
            version smallint NOT NULL,
            parent text,
            zh text NOT NULL,
            en text NOT NULL,
            valid_from date NOT NULL,
            valid_to date,
            CONSTRAINT pk_dispute_codes PRIMARY KEY (list, code, version),
            CONSTRAINT ck_dispute_codes_valid CHECK (valid_to >= valid_from)
        );
        -- A version is what old cases were filed under: it ends by its last day, it is never rewritten.
        REVOKE DELETE, TRUNCATE ON dispute_codes FROM gridloop_app;
        REVOKE UPDATE ON dispute_codes FROM gridloop_app;

        CREATE TABLE dispute_standards (
            id uuid NOT NULL CONSTRAINT pk_dispute_standards PRIMARY KEY,
            station_id uuid CONSTRAINT fk_dispute_standards_station_id REFERENCES units (id),
            kind text NOT NULL,
            version integer NOT NULL,
            body jsonb NOT NULL,
            made_by uuid,
            made_at timestamptz NOT NULL
        );
        CREATE UNIQUE INDEX uq_dispute_standards_version
            ON dispute_standards (station_id, kind, version) NULLS NOT DISTINCT;
        REVOKE UPDATE, DELETE, TRUNCATE ON dispute_standards FROM gridloop_app;
    """)


def _create_cases() -> None:
    op.execute("""
        CREATE TABLE disputes (
            id uuid NOT NULL CONSTRAINT pk_disputes PRIMARY KEY,
            station_id uuid NOT NULL,
            ref text NOT NULL,
            incident_id uuid,
            register_no text,
            source text NOT NULL,
            category text NOT NULL,
            category_version smallint NOT NULL,
            scale text NOT NULL,
            title bytea,
            summary bytea NOT NULL,
            address bytea,
            address_index bytea,
            place geography(Point, 4326),
            place_datum text,
            unit_id uuid,
            unit_name text,
            occurred_at timestamptz,
            amount numeric(14, 2) CONSTRAINT ck_disputes_amount CHECK (amount >= 0),
            people_count integer NOT NULL,
            organisations bytea,
            deadline_on date,
            signs text[] NOT NULL DEFAULT '{}',
            repeat_calls smallint NOT NULL DEFAULT 0,
            colour text NOT NULL
                CONSTRAINT ck_disputes_colour CHECK (colour IN ('red', 'orange', 'yellow', 'blue', 'white')),
            by_hand boolean NOT NULL DEFAULT false,
            score smallint NOT NULL,
            colour_reasons jsonb NOT NULL,
            weights_version integer NOT NULL,
            strict boolean NOT NULL,
            state text NOT NULL CONSTRAINT ck_disputes_state CHECK (state IN
                ('reported', 'accepted', 'mediating', 'suspended', 'settled', 'closed', 'failed', 'handing_over',
                 'handed_over', 'refused', 'merged', 'withdrawn')),
            step_no integer NOT NULL DEFAULT 1,
            step_since timestamptz NOT NULL,
            due_at timestamptz,
            level smallint NOT NULL DEFAULT 0,
            round smallint NOT NULL DEFAULT 1,
            resumes_at timestamptz,
            lead_id uuid,
            resolution_way text,
            resolving_body text,
            resolution bytea,
            success boolean,
            evaluated_on date,
            evaluation bytea,
            measures bytea,
            reported_at timestamptz NOT NULL,
            reported_by uuid,
            received_by uuid,
            accepted_at timestamptz,
            settled_at timestamptz,
            closed_at timestamptz,
            ended_at timestamptz,
            end_reason text,
            merged_into uuid CONSTRAINT fk_disputes_merged_into REFERENCES disputes (id),
            split_from uuid CONSTRAINT fk_disputes_split_from REFERENCES disputes (id),
            version bigint NOT NULL DEFAULT 1,
            CONSTRAINT uq_disputes_station_id_ref UNIQUE (station_id, ref),
            CONSTRAINT ck_disputes_address CHECK ((address IS NULL) = (address_index IS NULL)),
            CONSTRAINT ck_disputes_place CHECK ((place IS NULL) = (place_datum IS NULL)),
            CONSTRAINT ck_disputes_ended CHECK ((ended_at IS NOT NULL) = (state IN
                ('closed', 'failed', 'handed_over', 'refused', 'merged', 'withdrawn'))),
            CONSTRAINT ck_disputes_clock CHECK (due_at IS NULL OR ended_at IS NULL),
            CONSTRAINT ck_disputes_merged CHECK (merged_into <> id AND (merged_into IS NULL OR state = 'merged'))
        );
        -- One dispute per incident, whatever is retried.
        CREATE UNIQUE INDEX uq_disputes_incident_id ON disputes (incident_id) WHERE incident_id IS NOT NULL;
        CREATE UNIQUE INDEX uq_disputes_register_no ON disputes (station_id, register_no)
            WHERE register_no IS NOT NULL;
        CREATE INDEX ix_disputes_station_id ON disputes (station_id, id);
        -- The board looks at what is open; ended rows are in neither of these indexes.
        CREATE INDEX ix_disputes_open ON disputes (station_id, state, id) WHERE ended_at IS NULL;
        CREATE INDEX ix_disputes_category ON disputes (station_id, category, id);
        CREATE INDEX ix_disputes_due_at ON disputes (station_id, due_at) WHERE due_at IS NOT NULL;
        CREATE INDEX ix_disputes_lead_id ON disputes (lead_id) WHERE ended_at IS NULL;
        CREATE INDEX ix_disputes_unit_id ON disputes (unit_id, id);
        CREATE INDEX ix_disputes_address_index ON disputes (address_index, reported_at) WHERE address_index IS NOT NULL;
        CREATE INDEX ix_disputes_merged_into ON disputes (merged_into) WHERE merged_into IS NOT NULL;

        CREATE TABLE dispute_insiders (
            dispute_id uuid NOT NULL CONSTRAINT fk_dispute_insiders_dispute_id REFERENCES disputes (id),
            person_id uuid NOT NULL,
            why text NOT NULL CONSTRAINT ck_dispute_insiders_why CHECK (why IN ('receiver', 'team', 'named')),
            since timestamptz NOT NULL,
            CONSTRAINT pk_dispute_insiders PRIMARY KEY (dispute_id, person_id, why)
        );
        CREATE INDEX ix_dispute_insiders_person_id ON dispute_insiders (person_id, dispute_id);
    """)


def _create_parties() -> None:
    op.execute("""
        CREATE TABLE dispute_parties (
            id uuid NOT NULL CONSTRAINT pk_dispute_parties PRIMARY KEY,
            dispute_id uuid NOT NULL CONSTRAINT fk_dispute_parties_dispute_id REFERENCES disputes (id),
            station_id uuid NOT NULL,
            came_from uuid,
            role text NOT NULL CONSTRAINT ck_dispute_parties_role
                CHECK (role IN ('applicant', 'respondent', 'third')),
            kind text NOT NULL CONSTRAINT ck_dispute_parties_kind CHECK (kind IN ('natural', 'legal')),
            agent_of uuid CONSTRAINT fk_dispute_parties_agent_of REFERENCES dispute_parties (id),
            minor boolean NOT NULL,
            name bytea NOT NULL,
            name_index bytea NOT NULL,
            phone bytea,
            phone_index bytea,
            document text,
            document_number bytea,
            document_index bytea,
            sex text,
            born_on bytea,
            ethnicity text,
            education text,
            address bytea,
            address_index bytea,
            workplace bytea,
            contact bytea,
            added_at timestamptz NOT NULL,
            removed_at timestamptz,
            version bigint NOT NULL DEFAULT 1,
            CONSTRAINT ck_dispute_parties_phone CHECK ((phone IS NULL) = (phone_index IS NULL)),
            CONSTRAINT ck_dispute_parties_document CHECK ((document_number IS NULL) = (document_index IS NULL)),
            CONSTRAINT ck_dispute_parties_address CHECK ((address IS NULL) = (address_index IS NULL)),
            CONSTRAINT ck_dispute_parties_agent_of CHECK (agent_of <> id)
        );
        CREATE INDEX ix_dispute_parties_dispute_id ON dispute_parties (dispute_id);
        CREATE INDEX ix_dispute_parties_name_index ON dispute_parties (name_index);
        CREATE INDEX ix_dispute_parties_phone_index ON dispute_parties (phone_index) WHERE phone_index IS NOT NULL;
        CREATE INDEX ix_dispute_parties_document_index
            ON dispute_parties (document_index) WHERE document_index IS NOT NULL;
        CREATE INDEX ix_dispute_parties_came_from ON dispute_parties (came_from) WHERE came_from IS NOT NULL;
    """)


def _create_records() -> None:
    op.execute("""
        CREATE TABLE dispute_events (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_dispute_events PRIMARY KEY,
            dispute_id uuid NOT NULL,
            at timestamptz NOT NULL,
            kind text NOT NULL,
            actor_id uuid,
            data jsonb NOT NULL
        );
        CREATE INDEX ix_dispute_events_dispute_id ON dispute_events (dispute_id, id);
        REVOKE UPDATE, DELETE, TRUNCATE ON dispute_events FROM gridloop_app;

        CREATE TABLE dispute_scores (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_dispute_scores PRIMARY KEY,
            dispute_id uuid NOT NULL,
            at timestamptz NOT NULL,
            score smallint NOT NULL,
            colour text NOT NULL,
            by_hand boolean NOT NULL,
            reasons jsonb NOT NULL,
            weights_id uuid NOT NULL CONSTRAINT fk_dispute_scores_weights_id REFERENCES dispute_standards (id),
            made_by uuid,
            note bytea
        );
        CREATE INDEX ix_dispute_scores_dispute_id ON dispute_scores (dispute_id, id);
        REVOKE UPDATE, DELETE, TRUNCATE ON dispute_scores FROM gridloop_app;

        CREATE TABLE dispute_imports (
            id uuid NOT NULL CONSTRAINT pk_dispute_imports PRIMARY KEY,
            station_id uuid NOT NULL CONSTRAINT fk_dispute_imports_station_id REFERENCES units (id),
            imported_by uuid,
            at timestamptz NOT NULL,
            file_format text NOT NULL,
            file_sha256 bytea NOT NULL,
            dry_run boolean NOT NULL,
            keep_good boolean NOT NULL,
            applied boolean NOT NULL,
            rows integer NOT NULL,
            created integer NOT NULL,
            known integer NOT NULL,
            bad integer NOT NULL,
            faults jsonb NOT NULL
        );
        CREATE INDEX ix_dispute_imports_station_id ON dispute_imports (station_id, id);
    """)


_CATEGORIES = """
01|婚姻家庭|Marriage and family|0101 婚恋纠纷|Love and marriage|0102 赡养抚养纠纷|Support and custody|0103 析产继承纠纷|Division and inheritance
02|邻里|Neighbours|0201 用水通行采光|Water, passage, light|0202 宅基地与建房|Homestead and building|0203 噪声污染|Noise and pollution
03|人格权|Personality rights
04|财产权|Property rights|0401 物权归属|Ownership|0402 占有使用|Possession and use|0403 共有财产|Common property
05|侵权|Tort|0501 教育|Education|0502 医疗|Medical|0503 交通事故|Traffic|0504 环境|Environment|0505 产品|Product|0506 网络|Network|0507 劳务|Labour service
06|合同|Contract|0601 消费|Consumption|0602 房屋租售|Housing|0603 买卖|Trade|0604 运输|Transport
07|劳动人事|Labour|0701 劳动报酬|Wages|0702 工伤|Work injury|0703 解除合同|Dismissal|0704 社会保险|Social insurance
08|金融|Finance|0801 民间借贷|Private lending|0802 银行信贷|Bank credit|0803 保险|Insurance|0804 投资理财|Investment
09|土地资源|Land and resources|0901 土地承包|Land contracting|0902 征地拆迁|Expropriation|0903 山林权属|Forest rights|0904 水利矿产|Water and minerals
10|其他民事|Other civil
11|城乡建设|Urban and rural development|1101 规划建设|Planning|1102 物业管理|Property management|1103 房屋拆迁|Demolition|1104 公共设施|Public works|1105 市容环境|Street order
12|民政|Civil affairs
13|其他行政|Other administrative
14|涉法涉诉|Law and litigation|1401 刑事|Criminal|1402 民事诉讼|Civil litigation|1403 行政诉讼|Administrative litigation|1404 执行|Enforcement
15|组织纪检|Organisation and discipline
16|民族宗教|Ethnic and religious
99|其他|Other
"""

_LISTS = {
    "source": "incident 警情移交 Incident|counter 窗口来访 Counter|call 电话 Call|patrol 巡查发现 Patrol|visit 走访发现 Visit"
    "|transfer 其他单位移送 Transfer|import 历史导入 Import|other 其他 Other",
    "scale": "01 个体性 Individual|02 群体性 Group|03 重大群体性 Major_group",
    "document": "111 居民身份证 Identity_card|113 户口簿 Household_register|414 普通护照 Passport"
    "|511 台湾居民来往大陆通行证 Taiwan_travel_permit|516 港澳居民来往内地通行证 Hong_Kong_and_Macao_travel_permit"
    "|553 外国人永久居留身份证 Permanent_residence_card|usc 统一社会信用代码 Organisation_code|990 其他证件 Other",
    "sex": "0 未知 Unknown|1 男 Male|2 女 Female|9 未说明 Not_stated",
    "education": "10 研究生 Postgraduate|20 大学本科 Bachelor|30 大学专科 College|40 中等职业 Vocational"
    "|60 高中 High_school|70 初中 Junior_high_school|80 小学 Primary_school|90 其他 Other",
    "resolution_way": "mediation 人民调解 Peoples_mediation|police 公安调解 Police_mediation|joint 联合调解 Joint_mediation"
    "|administrative 行政处理 Administrative|arbitration 仲裁 Arbitration|litigation 诉讼 Litigation|other 其他 Other",
}
_ETHNICITIES = (
    "01 汉族 Han|02 蒙古族 Mongol|03 回族 Hui|04 藏族 Zang|05 维吾尔族 Uygur|06 苗族 Miao|07 彝族 Yi|08 壮族 Zhuang"
    "|09 布依族 Buyei|10 朝鲜族 Chosen|11 满族 Man|12 侗族 Dong|13 瑶族 Yao|14 白族 Bai|15 土家族 Tujia|16 哈尼族 Hani"
    "|17 哈萨克族 Kazak|18 傣族 Dai|19 黎族 Li|20 傈僳族 Lisu|21 佤族 Va|22 畲族 She|23 高山族 Gaoshan|24 拉祜族 Lahu"
    "|25 水族 Sui|26 东乡族 Dongxiang|27 纳西族 Naxi|28 景颇族 Jingpo|29 柯尔克孜族 Kirgiz|30 土族 Tu|31 达斡尔族 Daur"
    "|32 仫佬族 Mulao|33 羌族 Qiang|34 布朗族 Blang|35 撒拉族 Salar|36 毛南族 Maonan|37 仡佬族 Gelao|38 锡伯族 Xibe"
    "|39 阿昌族 Achang|40 普米族 Pumi|41 塔吉克族 Tajik|42 怒族 Nu|43 乌孜别克族 Uzbek|44 俄罗斯族 Russ|45 鄂温克族 Ewenki"
    "|46 德昂族 Deang|47 保安族 Bonan|48 裕固族 Yugur|49 京族 Gin|50 塔塔尔族 Tatar|51 独龙族 Derung|52 鄂伦春族 Oroqen"
    "|53 赫哲族 Hezhen|54 门巴族 Monba|55 珞巴族 Lhoba|56 基诺族 Jino|99 其他 Other"
)


def _rows() -> list[dict[str, str | None]]:
    rows: list[dict[str, str | None]] = []
    for line in _CATEGORIES.strip().splitlines():
        code, zh, en, *below = line.split("|")
        rows.append({"list": "category", "code": code, "parent": None, "zh": zh, "en": en})
        for label, english in zip(below[::2], below[1::2], strict=True):
            child, chinese = label.split(" ")
            rows.append({"list": "category", "code": child, "parent": code, "zh": chinese, "en": english})
    for name, words in {**_LISTS, "ethnicity": _ETHNICITIES}.items():
        for word in words.split("|"):
            code, zh, en = word.split(" ")
            rows.append({"list": name, "code": code, "parent": None, "zh": zh, "en": en.replace("_", " ")})
    return rows


def _insert_codes() -> None:
    """The two-level categories in use, and the lists of the record; other counties bring theirs as new versions."""
    op.get_bind().execute(
        sa.text(
            "INSERT INTO dispute_codes (list, code, version, parent, zh, en, valid_from)"
            " VALUES (:list, :code, 1, :parent, :zh, :en, '2000-01-01')"
        ),
        _rows(),
    )


def _insert_standards() -> None:
    """What stations begin with; each may write its own next version."""
    presets = {
        "weights": {
            # A reason's weight; `most` bounds what a counted reason may add.
            "weights": {
                "weapon": 35, "injury": 25, "domestic_violence": 25, "threat": 20, "alcohol": 10,
                "repeat_call": 8, "earlier_same_pair": 12, "earlier_same_party": 6, "earlier_same_address": 5,
                "minor": 10, "group": 15, "major_group": 30, "people": 1, "amount": 5,
            },
            "most": {"repeat_call": 32, "earlier_same_pair": 36, "earlier_same_party": 18, "earlier_same_address": 10,
                     "people": 15},
            # Counted from the sixth person on; an amount from here on.
            "people_from": 6,
            "amount_from": 100000,
            # The least score of each colour; below them all it is the lowest colour.
            "colours": {"red": 60, "orange": 40, "yellow": 20, "blue": 8, "white": 0},
        },
        "deadlines": {
            # Working days within which each state is left.
            "states": {"reported": 3, "accepted": 3, "mediating": 20, "suspended": 60, "settled": 45,
                       "handing_over": 3},
            # Working days after the deadline at which the lead, the supervisors and the chief are told.
            "climbs": [1, 2, 4],
            # Days: how far back calls of the same pair count as one story, and earlier cases as history.
            "pair_days": 60,
            "history_days": 730,
            # Days within which a case that ended may be opened again by a person.
            "reopen_days": 180,
        },
        "named": {"people": []},
    }  # fmt: skip
    insert = sa.text(
        "INSERT INTO dispute_standards (id, station_id, kind, version, body, made_at)"
        " VALUES (CAST(:id AS uuid), NULL, :kind, 1, CAST(:body AS jsonb), now())"
    )
    for number, (kind, body) in enumerate(presets.items(), start=1):
        values = {"id": f"00000000-0000-7014-8000-{number:012d}", "kind": kind, "body": json.dumps(body)}
        op.get_bind().execute(insert, values)


def downgrade() -> None:
    """Drop them."""
    op.execute("ALTER TABLE incidents DROP COLUMN dispute_id")
    op.execute("DROP TABLE dispute_imports, dispute_scores, dispute_events, dispute_parties, dispute_insiders")
    op.execute("DROP TABLE disputes, dispute_standards, dispute_codes")
