"""The platforms and the tier scheme of each, as they stand when the register begins.

A copy that later versions of the code do not change. An operator may correct names, address
patterns and, until the first observation, time zones.
"""

from decimal import Decimal

from django.db import migrations

# A scheme's floors are read by position: position n is the floor of tier n.
FLOORS_ASCEND = """
CREATE FUNCTION influencers_ascends(floors bigint[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT cardinality(floors) > 0 AND floors[1] > 0
           AND floors = ARRAY(SELECT DISTINCT f FROM unnest(floors) AS f ORDER BY f)
$$;
ALTER TABLE influencers_tierscheme
    ADD CONSTRAINT scheme_floors_ascend CHECK (influencers_ascends(floors));
"""
NO_FLOORS_ASCEND = """
ALTER TABLE influencers_tierscheme DROP CONSTRAINT scheme_floors_ascend;
DROP FUNCTION influencers_ascends(bigint[]);
"""

# code, English name, Chinese name, address of an account.
# WeChat has no address: its accounts open only inside the application.
PLATFORMS = (
    ("weibo", "Weibo", "微博", "https://weibo.com/u/{id}"),
    ("douyin", "Douyin", "抖音", "https://www.douyin.com/user/{id}"),
    ("wechat", "WeChat", "微信", ""),
    ("xiaohongshu", "Xiaohongshu", "小红书", "https://www.xiaohongshu.com/user/profile/{id}"),
    ("bilibili", "Bilibili", "哔哩哔哩", "https://space.bilibili.com/{id}"),
    ("kuaishou", "Kuaishou", "快手", "https://www.kuaishou.com/profile/{id}"),
    ("instagram", "Instagram", "Instagram", "https://www.instagram.com/{handle}/"),
    ("tiktok", "TikTok", "TikTok", "https://www.tiktok.com/@{handle}"),
    ("youtube", "YouTube", "YouTube", "https://www.youtube.com/@{handle}"),
)

# Also of the three platforms that have no calendar of their own. The register's files and deadlines
# live in this zone, and a day of UTC begins eight hours later: until then a count made this morning
# would be refused as one of tomorrow.
TIME_ZONE = "Asia/Shanghai"

# The steps by which Chinese platforms and agencies speak of accounts: 10万, 50万, 100万, 500万,
# 1000万. The lowest is the lowest public tier.
FLOORS = [100_000, 500_000, 1_000_000, 5_000_000, 10_000_000]


def lay(apps, schema_editor):
    platform = apps.get_model("influencers", "Platform")
    scheme = apps.get_model("influencers", "TierScheme")
    for number, (code, english, chinese, address) in enumerate(PLATFORMS, start=1):
        made = platform.objects.create(
            code=code,
            name_en=english,
            name_zh=chinese,
            address_pattern=address,
            time_zone=TIME_ZONE,
            sort_order=number,
        )
        scheme.objects.create(
            platform=made,
            version=1,
            floors=FLOORS,
            rise_after=1,
            fall_margin=Decimal("0.050"),
            fall_after_days=30,
            current=True,
        )


def lift(apps, schema_editor):
    codes = [code for code, *_ in PLATFORMS]
    apps.get_model("influencers", "TierScheme").objects.filter(platform__code__in=codes).delete()
    apps.get_model("influencers", "Platform").objects.filter(code__in=codes).delete()


class Migration(migrations.Migration):
    dependencies = [("influencers", "0002_storage")]

    operations = [
        migrations.RunSQL(FLOORS_ASCEND, NO_FLOORS_ASCEND),
        migrations.RunPython(lay, lift),
    ]
