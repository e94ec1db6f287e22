"""Write packs/codes/{regions,region_changes,zj_townships}.csv from the divisions data (区划代码表的生成).

Run once, by hand:  .venv/bin/python tools/make_regions.py ../shared/data/admin_divisions packs/codes
The data give codes, names and the years in which each stood; what became of a unit that was divided,
and the English names, are written here.
"""

import csv
import gzip
import re
import sys
from collections.abc import Iterable
from pathlib import Path

PROVINCES_EN = (
    "Beijing Tianjin Hebei Shanxi Inner_Mongolia Liaoning Jilin Heilongjiang Shanghai Jiangsu Zhejiang Anhui "
    "Fujian Jiangxi Shandong Henan Hubei Hunan Guangdong Guangxi Hainan Chongqing Sichuan Guizhou Yunnan Tibet "
    "Shaanxi Gansu Qinghai Ningxia Xinjiang Taiwan Hong_Kong Macao"
)
PINYIN = """
杭州Hangzhou 上城Shangcheng 拱墅Gongshu 西湖Xihu 滨江Binjiang 萧山Xiaoshan 余杭Yuhang 富阳Fuyang 临安Lin'an
临平Linping 钱塘Qiantang 桐庐Tonglu 淳安Chun'an 建德Jiande 宁波Ningbo 海曙Haishu 江北Jiangbei 北仑Beilun
镇海Zhenhai 鄞州Yinzhou 奉化Fenghua 象山Xiangshan 宁海Ninghai 余姚Yuyao 慈溪Cixi 温州Wenzhou 鹿城Lucheng
龙湾Longwan 瓯海Ouhai 洞头Dongtou 永嘉Yongjia 平阳Pingyang 苍南Cangnan 文成Wencheng 泰顺Taishun 瑞安Rui'an
乐清Yueqing 龙港Longgang 嘉兴Jiaxing 南湖Nanhu 秀洲Xiuzhou 嘉善Jiashan 海盐Haiyan 海宁Haining 平湖Pinghu
桐乡Tongxiang 湖州Huzhou 吴兴Wuxing 南浔Nanxun 德清Deqing 长兴Changxing 安吉Anji 绍兴Shaoxing 越城Yuecheng
柯桥Keqiao 上虞Shangyu 新昌Xinchang 诸暨Zhuji 嵊州Shengzhou 金华Jinhua 婺城Wucheng 金东Jindong 武义Wuyi
浦江Pujiang 磐安Pan'an 兰溪Lanxi 义乌Yiwu 东阳Dongyang 永康Yongkang 衢州Quzhou 柯城Kecheng 衢江Qujiang
常山Changshan 开化Kaihua 龙游Longyou 江山Jiangshan 舟山Zhoushan 定海Dinghai 普陀Putuo 岱山Daishan
嵊泗Shengsi 台州Taizhou 椒江Jiaojiang 黄岩Huangyan 路桥Luqiao 三门Sanmen 天台Tiantai 仙居Xianju 温岭Wenling
临海Linhai 玉环Yuhuan 丽水Lishui 莲都Liandu 青田Qingtian 缙云Jinyun 遂昌Suichang 松阳Songyang 云和Yunhe
庆元Qingyuan 景宁Jingning 龙泉Longquan 浙江Zhejiang
"""
EN = dict(re.findall(r"([一-鿿]+)([A-Za-z']+)", PINYIN))
SUFFIX = re.compile(r"(?<=..)(畲族自治县|特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|省|市|区|县)$")

# Old units whose name does not lead to one of today's: (name, city prefix) -> today's codes.
SUCCESSORS = {
    "下城区": "330105", "半山区": "330105", "镇明区": "330203", "江东区": "330212", "滨海区": "330206",
    "东城区": "330302", "南城区": "330302", "西城区": "330302", "瓯海县": "330304", "秀城区": "330402",
    "绍兴县": "330603", "鄞县": "330212", "嵊县": "330683", "衢县": "330803", "丽水县": "331102",
    "丽水市": "331102",
}  # fmt: skip
BY_CODE = {"330302城区": "330302", "330402城区": "330402", "330411郊区": "330411", "330502城区": "330502"}
# Units that were divided with no main heir.
DIVIDED = {
    "江干区": "330102 330114", "余杭县": "330110 330113", "余杭市": "330110 330113", "镇海县": "330211 330206",
    "嘉兴县": "330402 330411", "嘉兴市": "330402 330411", "吴兴县": "330502 330503", "湖州市": "330502 330503",
    "绍兴市": "330602 330603", "金华县": "330702 330703", "金华市": "330702 330703",
    "衢州市": "330802 330803 330825", "330511郊区": "330502 330503",
}  # fmt: skip
LIN_PING = "临平街道;东湖街道;南苑街道;星桥街道;运河街道;乔司街道;崇贤街道;塘栖镇"
QIAN_TANG = "河庄街道;义蓬街道;新湾街道;临江街道;前进街道"
HAI_SHU = "集士港镇;古林镇;高桥镇;横街镇;鄞江镇;洞桥镇;章水镇;龙观乡;石碶街道"
SHAO_XING = "斗门镇;东浦镇;鉴湖镇;皋埠镇;马山镇;孙端镇;陶堰镇;富盛镇"
# Pieces that went elsewhere: name of the old unit, new code, what went, since when the old unit lost it.
PIECES = (
    ("萧山", "330114", QIAN_TANG, "2021-04-09"),
    ("萧山", "330108", "西兴镇;长河镇;浦沿镇", "1996-12-12"),
    ("余杭", "330114", "下沙乡", "1996-12-12"),
    ("余杭", "330102", "九堡镇", "1996-12-12"),
    ("余杭", "330106", "三墩镇", "1996-12-12"),
    ("鄞", "330203", HAI_SHU, "2016-09-14"),
    ("鄞州", "330203", HAI_SHU, "2016-09-14"),
    ("绍兴", "330602", SHAO_XING, "2013-10-18"),
    ("上虞", "330602", "沥海镇;沥海街道", "2020-01-01"),
    ("苍南", "330383", "龙港镇;舥艚镇;芦浦镇;云岩乡", "2019-08-16"),
    ("龙湾", "330305", "灵昆镇;灵昆街道", "2015-07-23"),
    ("衢", "330802", "石梁镇;航埠镇", "2001-12-10"),
    ("黄岩", "331004", "路桥镇;金清镇;峰江镇;螺洋镇;桐屿镇;横街镇;新桥镇;蓬街镇", "1994-08-22"),
    ("平阳", "330327", "", "1981-06-18"),
    ("云和", "331127", "", "1984-06-30"),
    ("遂昌", "331124", "", "1982-01-30"),
    ("东阳", "330727", "", "1983-07-01"),
)
# Last days known more closely than by the year.
UNTIL = {
    "330621": "2013-10-18", "330682": "2013-10-18", "330183": "2014-12-13", "330322洞头县": "2015-07-23",
    "330204": "2016-09-14", "330283": "2016-09-14", "330185": "2017-07-18", "331021": "2017-04-09",
    "330103": "2021-04-09", "330104": "2021-04-09", "330181": "2001-02-02", "330184": "2001-02-02",
    "330227": "2002-02-01", "330821": "2001-12-10", "330721": "2000-12-31",
}  # fmt: skip
# Units that kept code and name but not their extent: (code, since, until, heirs; the first is the main one or "-").
SAME_CODE = (
    ("330109", "萧山区", "2001-02-02", "2021-04-09", "330109"),
    ("330110", "余杭区", "2001-02-02", "2021-04-09", "- 330110 330113"),
    ("330212", "鄞州区", "2002-02-01", "2016-09-14", "330212"),
    ("330303", "龙湾区", "1984-01-01", "2015-07-23", "330303"),
    ("330327", "苍南县", "1982-01-01", "2019-08-16", "330327"),
    ("330604", "上虞区", "2013-10-18", "2020-01-01", "330604"),
)
PREFECTURES = {
    "嘉兴地区": "330400 330500", "宁波地区": "330200", "绍兴地区": "330600", "温州地区": "330300",
    "金华地区": "330700 330800", "丽水地区": "331100", "台州地区": "331000", "舟山地区": "330900",
}  # fmt: skip


def stem(name: str) -> str:
    """余杭区 -> 余杭; a name of one character keeps nothing to stand on."""
    return SUFFIX.sub("", name)


def read(path: Path) -> list[dict[str, str]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write(path: Path, header: str, rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(header.split(","))
        out.writerows(rows)


def english(name: str, level: str) -> str:
    if name == "景宁畲族自治县":
        return "Jingning She Autonomous County"
    word = EN[stem(name)]
    ending = "City" if name.endswith("市") else "District" if name.endswith("区") else "County"
    return f"{word} Province" if level == "province" else f"{word} {ending}"


def regions(divisions: list[dict[str, str]]) -> list[tuple[str, ...]]:
    names = iter(PROVINCES_EN.split())
    rows: list[tuple[str, ...]] = []
    for row in divisions:
        level = {"1": "province", "2": "city", "3": "county"}[row["level"]]
        if level == "province":
            word = next(names).replace("_", " ")
            full = english(row["name"], level) if row["code"] == "330000" else word
            rows.append((row["code"], level, "", row["name"], full, stem(row["name"]), word))
        elif row["code"].startswith("33"):
            word = EN[stem(row["name"])]
            full = english(row["name"], level)
            rows.append((row["code"], level, row["parent"], row["name"], full, stem(row["name"]), word))
    return rows


def heirs(code: str, name: str, today: dict[str, str]) -> list[tuple[str, str]]:
    """Today's codes of an old unit, each with its part: all, main or share."""
    divided = DIVIDED.get(code + name) or DIVIDED.get(name)
    if divided:
        return [(new, "share") for new in divided.split()]
    single = BY_CODE.get(code + name) or SUCCESSORS.get(name) or today.get(stem(name))
    if single is None:
        raise SystemExit(f"no heir of {code} {name}")
    return [(single, "all")]


def stood(panel: list[dict[str, str]]) -> dict[tuple[str, str], tuple[int, int]]:
    years: dict[tuple[str, str], tuple[int, int]] = {}
    for row in panel:
        year = int(row["year"])
        for key in ((row["county_adcode"], row["county_name"]), (row["city_adcode"], row["city_name"])):
            first, last = years.get(key, (year, year))
            years[key] = (min(first, year), max(last, year))
    return years


def changes(panel: list[dict[str, str]], table: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    now = {row[0]: row[3] for row in table}
    today = {row[5]: row[0] for row in table if row[1] == "county"}
    rows: list[tuple[str, ...]] = []
    for (code, name), (first, last) in sorted(stood(panel).items()):
        if not code or now.get(code) == name or name in ("",):
            continue
        since = f"{first}-01-01"
        until = UNTIL.get(code + name) or UNTIL.get(code) or f"{last + 1}-01-01"
        known = "day" if code in UNTIL or code + name in UNTIL else "year"
        if name in PREFECTURES:
            parts = PREFECTURES[name].split()
            found = [(new, "all" if len(parts) == 1 else "share") for new in parts]
        else:
            found = heirs(code, name, today)
        rows += lines(code, name, since, until, known, found)
    for code, name, since, until, parts in SAME_CODE:
        found = [(new, "share") for new in parts[2:].split()] if parts[0] == "-" else [(parts, "all")]
        rows += lines(code, name, since, until, "day", found)
    return sorted(rows)


def lines(
    code: str, name: str, since: str, until: str, known: str, found: list[tuple[str, str]]
) -> list[tuple[str, ...]]:
    lost = [
        (new, what)
        for key, new, what, when in PIECES
        if key == (stem(name) if len(name) > 2 else name[:-1])
        and since < when
        and new not in [code for code, _ in found]
    ]
    if lost and found[0][1] == "all":
        found = [(found[0][0], "main")]
    rows = [(code, name, since, until, known, new, part, moved(name, new)) for new, part in found]
    return rows + [(code, name, since, until, known, new, "piece", what) for new, what in lost]


def moved(name: str, new: str) -> str:
    if stem(name) == "余杭" and new == "330113":
        return LIN_PING
    if name == "江干区" and new == "330114":
        return "下沙街道;白杨街道"
    return ""


def townships(rows: list[dict[str, str]]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for row in rows:
        name, bracket, _ = row["name"].partition("（")
        found.append((row["code"], name, row["county_code"], "former" if bracket else "current"))
    return found


def main() -> None:
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    table = regions(read(source / "divisions_cn_2026.csv"))
    write(target / "regions.csv", "code,level,parent,name_zh,name_en,short_zh,short_en", table)
    panel = read(source / "zj_county_year_panel_1980_2025.csv.gz")
    write(
        target / "region_changes.csv",
        "old_code,old_name,since,until,known_to,new_code,part,townships",
        changes(panel, table),
    )
    towns = townships(read(source / "zj_townships_2026.csv"))
    write(target / "zj_townships.csv", "code,name,county,state", towns)


if __name__ == "__main__":
    main()
