"""Makes places.mmdb: a file in MaxMind's format with made-up places of addresses of documentation.

    python3 -m venv venv && venv/bin/pip install mmdb-writer==0.2.7 && venv/bin/python tests/data/places.mmdb.py
"""
import pathlib

from mmdb_writer import MMDBWriter
from netaddr import IPSet

CHINA = {"iso_code": "CN", "names": {"en": "China", "zh-CN": "中国"}}
HUNAN = {"iso_code": "HN", "names": {"en": "Hunan", "zh-CN": "湖南"}}
YIYANG = {"names": {"en": "Yiyang", "zh-CN": "益阳市"}}

RECORDS = {
    # Names in both languages, and every way to say the class.
    "203.0.113.0/27": {"country": CHINA, "subdivisions": [HUNAN], "city": YIYANG},
    "203.0.113.32/27": {"country": CHINA, "subdivisions": [HUNAN], "city": YIYANG, "traits": {"user_type": "cellular"}},
    "203.0.113.64/27": {"country": CHINA, "subdivisions": [HUNAN], "city": YIYANG, "traits": {"connection_type": "Cable/DSL", "user_type": "cellular"}},
    # English names alone; a province alone; a country alone; another country.
    "203.0.113.96/28": {"country": CHINA, "subdivisions": [{"names": {"en": "Shaanxi"}}], "city": {"names": {"en": "Xi'an"}}},
    "203.0.113.112/28": {"country": CHINA, "subdivisions": [HUNAN]},
    "203.0.113.128/28": {"country": CHINA},
    "203.0.113.144/28": {"country": {"iso_code": "JP", "names": {"en": "Japan"}}, "subdivisions": [HUNAN], "city": YIYANG},
    # A Chinese province with a city in English; a special region; kinds of networks without a place; odd records.
    "203.0.113.160/28": {"country": CHINA, "subdivisions": [HUNAN], "city": {"names": {"en": "Changsha"}}},
    "203.0.113.176/28": {"country": {"iso_code": "HK", "names": {"en": "Hong Kong"}}},
    "203.0.113.192/28": {"connection_type": "Cellular"},
    "203.0.113.208/28": {"country": "China", "subdivisions": {"names": 7}, "traits": []},
    "2001:db8:1::/48": {"country": CHINA, "subdivisions": [HUNAN], "city": YIYANG, "traits": {"user_type": "hosting"}},
}

writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type="Made-up-City", languages=["en", "zh-CN"], description="made up, for tests")
for network, record in RECORDS.items():
    writer.insert_network(IPSet([network]), record)
writer.to_db_file(str(pathlib.Path(__file__).with_suffix("")))
