# ruff: noqa: E501 - rows of files, which a break would hide
"""Files of shop systems, feeds and wholesalers, recognised by their headings and read as products."""

import io
from typing import Any

import pytest
from openpyxl import Workbook

from catalog.exchange.row_errors import FileRefusedError
from tests.catalog.exchange.layouts.plans import defaults, ean, parts, planned

A, B, C = ean(1001), ean(1002), ean(1003)


def has(row: dict[str, Any], **wanted: Any) -> bool:
    assert parts(row, **wanted) == wanted
    return True


def test_shopify_rows_of_a_handle_are_variants_and_pictures() -> None:
    plan = planned(
        "Handle,Title,Body (HTML),Vendor,Type,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,"
        "Variant Inventory Qty,Variant Price,Variant Compare At Price,Variant Barcode,Image Src,Image Position,Gift Card,"
        "Variant Grams,Cost per item,Status\n"
        f"mg,Magnesium tabletten,<p>Kort&nbsp;&amp; goed</p>,Veldzicht,Tabletten,TRUE,Maat,60 tabletten,V60,shopify,5,"
        f"9.95,12.95,'{A},https://a.example/2.jpg,2,FALSE,120,4.00,active\n"
        f"mg,,,,,,,120 tabletten,V120,shopify,-2,17.5,,{B},https://a.example/1.jpg,1,,200,,\n"
        "mg,,,,,,,,,,,,,,https://a.example/3.jpg,3,,,,\n"
        "bon,Bon,,Veldzicht,,TRUE,,,BON,,,25.00,,,,,TRUE,,,active\n"
        "los,Magnesiumpoeder,,Veldzicht,,FALSE,Title,Default Title,,,0,8.00,,,,,FALSE,250,,active\n"
    )
    rows = plan["by_row"]
    pictures = ["https://a.example/1.jpg", "https://a.example/2.jpg", "https://a.example/3.jpg"]
    assert plan["recognised_as"] == "Shopify"
    assert defaults(plan) == {"vat": "including VAT", "pictures": "keep the addresses, fetch nothing"}
    has(
        rows[2],
        outcome="product",
        name="Magnesium tabletten – 60 tabletten",
        summary="Kort & goed",
        price_cents=995,
        price_before_cents=1295,
        ean=A,
        units_per_pack=60,
        net_quantity=None,
        dosage_form="tablet",
        of_group="mg",
        also_rows=[4],
        pictures=pictures,
        status="published",
        composition="ask",
    )
    has(rows[3], name="Magnesium tabletten – 120 tabletten", brand="Veldzicht", stock=0, status="published")
    assert rows[4]["outcome"] == "joined"
    assert rows[5]["outcome"] == "skipped"
    has(rows[6], sku="ask", name="Magnesiumpoeder", stock="ask", net_quantity=None, status="draft")


def test_shopify_with_current_headings_reads_the_stated_content() -> None:
    plan = planned(
        "Title,URL handle,Vendor,Published on online store,Status,SKU,Barcode,Option1 name,Option1 value,Price,"
        "Inventory tracker,Inventory quantity,Unit price total measure,Unit price total measure unit,Weight value (grams)\n"
        f"Magnesium Pulver,mg,Veldzicht,TRUE,Active,P1,{A},Title,Default Title,1250.00,shopify,3,250,g,300\n"
        "Magnesium Kapseln für Sie und mit Citrat,mk,Veldzicht,TRUE,Draft,P2,,Title,Default Title,9.00,shopify,1,60,item,90\n"
    )
    has(plan["by_row"][2], net_quantity="250 g", price_cents=125000, dosage_form="powder", units_per_pack=None)
    has(plan["by_row"][3], net_quantity=None, units_per_pack=60, dosage_form="capsule", status="draft")
    assert defaults(plan)["language"] is None  # neither Dutch nor English


WOO_NL = 'ID,Type,SKU,"GTIN, UPC, EAN of ISBN",Naam,Gepubliceerd,Zichtbaarheid in catalogus,Korte beschrijving'
WOO_NL += ",Op voorraad?,Voorraad,Gewicht (kg),Einddatum actieprijs,Actieprijs,Reguliere prijs,Afbeeldingen,Hoofd"
WOO_NL += ",Naam eigenschap 1,Waarde eigenschap 1,Merken\n"


def test_woocommerce_in_dutch_gives_a_variation_what_its_parent_has() -> None:
    plan = planned(
        WOO_NL + "7,variable,,,Magnesium malaat,1,visible,<p>Malaat</p>\\n<p>Twee maten</p>,1,,,,,,"
        '"https://b.example/a.jpg, https://b.example/b.jpg",,Maat,"60, 120 caps",Huis > Zandpad\n'
        f'8,variation,Z60,{A},Magnesium malaat,1,visible,,1,4,"0,2",2026-12-31,"9,95","12,95",,id:7,Maat,60 caps,\n'
        f'9,variation,Z120,{B},Magnesium malaat - 120 caps,-1,visible,,1,parent,,2026-01-01,"19,95","24,95",,id:7,,,\n'
        '10,simple,ZP,,\'-Magnesiumpoeder &#8211; 250 g,1,hidden,,0,,"1,35",,,"1.049,00",,,,,Zandpad\n'
        "11,grouped,ZS,,Set,1,visible,,1,,,,,,,,,,\n"
        '12,"simple, virtual",ZV,,Advies,1,visible,,1,,,,,45,,,,,Zandpad\n'
    )
    rows = plan["by_row"]
    assert plan["recognised_as"] == "WooCommerce"
    assert defaults(plan)["language"] == "nl"
    assert rows[2]["outcome"] == "joined"
    has(
        rows[3],
        name="Magnesium malaat – 60 caps",
        price_cents=995,
        price_before_cents=1295,
        brand="Zandpad",
        summary="Malaat\nTwee maten",
        stock=4,
        status="published",
        pictures=["https://b.example/a.jpg", "https://b.example/b.jpg"],
    )
    has(rows[4], name="Magnesium malaat - 120 caps", price_cents=2495, stock="ask", status="draft", units_per_pack=120)
    has(rows[5], name="-Magnesiumpoeder – 250 g", price_cents=104900, stock=0, status="ask", net_quantity="250 g")
    assert [rows[number]["outcome"] for number in (6, 7)] == ["skipped", "asked"]


@pytest.mark.parametrize(
    ("heading", "language"),
    [
        ("ID,Type,SKU,Name,Published,In stock?,Stock,Regular price,Parent,Brands", "en"),
        ("ID,Typ,SKU,Name,Veröffentlicht,Vorrätig?,Lager,Regulärer Preis,Übergeordnetes Produkt,Marken", None),
    ],
)
def test_woocommerce_is_known_in_other_languages(heading: str, language: str | None) -> None:
    name = "Magnesium powder with citrate" if language else "Magnesium Pulver mit Citrat für Sie"
    plan = planned(f"{heading}\n1,simple,W1,{name},1,1,7,19.95,,Zandpad\n")
    assert (plan["recognised_as"], defaults(plan)["language"]) == ("WooCommerce", language)
    has(plan["by_row"][2], sku="W1", stock=7, price_cents=1995, brand="Zandpad", status="published")


def test_magento_asks_for_vat_and_joins_parents_and_store_views() -> None:
    plan = planned(
        "sku,store_view_code,attribute_set_code,product_type,name,short_description,weight,product_online,price,"
        "special_price,special_price_to_date,base_image,additional_images,additional_attributes,qty,is_in_stock,"
        "manage_stock,configurable_variations\n"
        f'T60,,Default,simple,Magnesium tauraat 60 caps,,0.1,1,18.9500,,,/t/6.jpg,"/t/7.jpg,/t/8.jpg",'
        f'"ean={A},manufacturer=Haag,dosering=""2 capsules, samen""",42.0000,1,1,\n'
        'T,,Default,configurable,Magnesium tauraat,,,1,,,,/t/0.jpg,,,,1,1,"sku=T60,maat=60|sku=T99,maat=99"\n'
        "T60,en,,,Magnesium taurate 60 caps,Short,,,,,,,,,,,,\n"
        "TP,,Default,simple,Magnesiumpoeder 500 g,,0.6,2,27.1250,20.0000,1/31/24,,,manufacturer=Haag,5.0000,1,0,\n"
        "TB,,Default,bundle,Pakket,,,1,,,,,,,,,,\n"
        "tp,,Default,simple,Magnesiumpoeder,,,1,9.0000,,,,,manufacturer=Haag,1.0000,1,1,\n"
    )
    rows = plan["by_row"]
    assert plan["recognised_as"] == "Magento"
    assert defaults(plan) == {"vat": None, "pictures": None}
    has(
        rows[2],
        price_cents="ask",
        ean=A,
        brand="Haag",
        stock=42,
        units_per_day="ask",
        name_en="Magnesium taurate 60 caps",
        also_rows=[4],
        pictures=["/t/6.jpg", "/t/7.jpg", "/t/8.jpg"],
    )
    assert rows[2]["proposals"]["price_cents_if_including"] == 1895
    assert rows[2]["proposals"]["price_cents_if_excluding"] == 2066  # half a cent upwards
    assert [rows[number]["outcome"] for number in (3, 4, 6, 7)] == ["joined", "joined", "skipped", "asked"]
    has(rows[5], stock="ask", status="draft", net_quantity="500 g")
    assert "part of a cent" in rows[5]["proposals"]["price_cents_if_including"]


def test_an_answer_on_vat_fills_the_prices() -> None:
    file = "sku,attribute_set_code,product_type,name,price\nT,Default,simple,Magnesium 60 caps,18.9500\n"
    assert planned(file, answers={"vat": "including"})["by_row"][2]["price_cents"] == 1895
    assert planned(file, answers={"vat": "excluding_21"})["by_row"][2]["price_cents"] == 2293


def test_prestashop_never_takes_a_price_without_vat() -> None:
    plan = planned(
        "Product ID;Active (0/1);Name *;Price tax excluded;Wholesale price;Reference #;Manufacturer;EAN13;Weight;Quantity;"
        "Visibility;Unit price;Image URLs (x,y,z...)\n"
        f"1;1;Magnesium citraat 90 tabletten;11.926606;5;P90;Beek;{A};0.2;-4;both;2;https://c.example/a,1.jpg,https://c.example/b.jpg\n"
        "2;0;Magnesiumpoeder 300 g;18.00;5;P300;Beek;1234567890123;0.4;3;both;2;\n"
    )
    assert plan["recognised_as"] == "PrestaShop"
    assert defaults(plan)["price_excluding"] is None
    has(plan["by_row"][2], price_cents="ask", stock=0, net_quantity=None, units_per_pack=90)
    assert plan["by_row"][2]["proposals"] == {"price_cents": 1300}
    assert plan["by_row"][2]["pictures"] == ["https://c.example/a,1.jpg", "https://c.example/b.jpg"]
    has(plan["by_row"][3], outcome="refused", field="EAN13")
    assert "check digit" in plan["by_row"][3]["why"]


def test_lightspeed_asks_which_number_is_the_sku_and_reads_both_languages() -> None:
    plan = planned(
        "sep=;\r\nInternal_ID;Internal_Variant_ID;Visible;Brand;NL_Title_Short;EN_Title_Short;NL_Variant;Price;Price_Old;Tax;"
        "Stock_Track;Stock_Level;Article_Code;EAN;SKU;Weight;Colli;Images\r\n"
        f"1;11;Y;Café;Magnesium;Magnesium pure;Inhoud: 60 capsules;16,95;0;9;Y;20;A60;{A};L1;0,12;12;"
        "https://d.example/1.jpg|https://d.example/2.jpg\r\n"
        f"1;12;Y;Café;Magnesium;Magnesium pure;Inhoud: 120 capsules;29,95;33,9;9;N;3;A120;{B};L2;;;\r\n"
        "2;21;S;Café;Magnesiumolie;;Default;€ 12,50;;21;Y;-1;OL;;L3;;;\r\n".encode("cp1252")
        .decode("cp1252")
        .encode("cp1252")
    )
    rows = plan["by_row"]
    assert (plan["recognised_as"], plan["encoding"], plan["heading_row"]) == ("Lightspeed eCom", "cp1252", 2)
    assert defaults(plan)["sku"] == "Article_Code"
    has(rows[1], outcome="skipped")
    has(rows[3], sku="A60", name="Magnesium – 60 capsules", name_en="Magnesium pure – 60 capsules", of_group="1")
    assert rows[3]["pictures"] == ["https://d.example/1.jpg", "https://d.example/2.jpg"]
    has(rows[4], stock="ask", price_before_cents=3390)
    has(rows[5], name="Magnesiumolie", price_cents=1250, stock=0, status="ask")


def test_a_google_feed_keeps_quotes_and_has_neither_status_nor_number_in_stock() -> None:
    plan = planned(
        "g:id\ttitle\tlink\tg:image_link\tg:availability\tg:price\tg:sale_price\tg:sale_price_effective_date\tg:brand\tg:gtin\t"
        "g:condition\tg:unit_pricing_measure\tg:shipping_weight\tg:is_bundle\n"
        f'1\tMagnesium "puur" 60 tabletten\thttps://e.example\thttps://e.example/1.jpg\tin_stock\t12.95 EUR\t9.95 EUR\t'
        f"2026-11-01T00:00+0100/2026-12-31T00:00+0100\tErve\t0{A}\tnew\t60 ct\t0.2 kg\tno\n"
        "2\tMagnesiumpoeder\thttps://e.example\t\tout_of_stock\tGBP 9.95\t\t\tErve\t\tnew\t300 g\t\tno\n"
        "3\tSet\thttps://e.example\t\tpreorder\t24.00 EUR\t\t\tErve\t\tnew\t\t\tyes\n"
        "4\tOud\thttps://e.example\t\tin_stock\t4.00 EUR\t\t\tErve\t\tused\t\t\t\n",
        "feed.tsv",
    )
    rows = plan["by_row"]
    assert plan["recognised_as"] == "Google Merchant Center"
    has(rows[2], name='Magnesium "puur" 60 tabletten', ean=A, price_cents=995, price_before_cents=1295, stock="ask")
    has(rows[2], status="ask", units_per_pack=60)
    has(rows[3], outcome="refused", field="g:price", why="price in GBP: only euro")
    assert [rows[number]["outcome"] for number in (4, 5)] == ["asked", "skipped"]


def test_a_channable_feed_has_a_number_in_stock() -> None:
    plan = planned(
        "id;title;link;image_link;availability;brand;ean;price;stock;delivery_time\n"
        f"1;Magnesium 2 x 30 caps;https://f.example;;In stock;Fort;{A};14,95 EUR;25;1-2 dagen\n"
        "2;Magnesiumpoeder 250 g;https://f.example;;out of stock;Fort;9,52E+12;14.95;50+;\n"
    )
    assert plan["recognised_as"] == "Channable"
    has(
        plan["by_row"][2],
        stock=25,
        price_cents=1495,
        units_per_pack="ask",
        proposals={"units_per_pack": 60, "status": "draft"},
    )
    has(plan["by_row"][3], outcome="refused", field="ean")
    assert "shortened" in plan["by_row"][3]["why"]


def test_open_food_facts_amounts_are_grams_and_only_proposed() -> None:
    off = "code\tproduct_name\tquantity\tbrands\tlabels\tingredients_text\tserving_size\tmagnesium_100g\tmagnesium_serving\n"
    plan = planned(
        off
        + f"{A}\tMagnesium citraat\t90 capsules\tGaard,Gaard Bio\tVegan\tmagnesiumcitraat\t2 capsules (1,6 g)\t12.5\t0.2\n"
        f"{ean(7)[1:]}\tMagnesium\t0.5 L\tGaard\t\t\t\t\t\n"
        "2001234567893\tLos\t\t\t\t\t\t250\t\n",
    )
    rows = plan["by_row"]
    assert plan["recognised_as"] == "Open Food Facts"
    has(rows[2], brand="Gaard", units_per_pack=90, units_per_day="ask", composition="ask", stock=None, price_cents=None)
    assert rows[2]["proposals"]["composition"].startswith("citrate: elemental 100 mg per capsule")
    has(rows[4], outcome="refused", field="magnesium_100g")
    assert rows[4]["would_be"]["ean"] is None  # an in-store number


def test_gs1_units_stand_in_their_own_column_and_boxes_are_left_out() -> None:
    plan = planned(
        "GTIN;Functionele productnaam;Merknaam;Netto inhoud;Netto inhoud eenheid;Is ConsumentenEenheid;"
        "Bruto Gewicht Basiseenheid;Btw-percentage;Nutriënt code\n"
        f"0{A};Magnesium capsules;Heem;60;H87;1;80;LAAG;MG\n"
        f"0{A};Magnesium capsules;Heem;60;H87;1;80;LAAG;VITB6\n"
        f"1{B};Magnesium doos;Heem;12;H87;0;;;\n"
        f"0{C};Magnesiumpoeder;Heem;0,25;KGM;1;300;LAAG;\n"
    )
    rows = plan["by_row"]
    assert plan["recognised_as"] == "GS1 Data Source"
    has(rows[2], ean=A, units_per_pack=60, net_quantity=None, sku="ask", also_rows=[3])
    has(rows[5], net_quantity="250 g", units_per_pack=None)
    assert [rows[number]["outcome"] for number in (3, 4)] == ["joined", "skipped"]


def workbook(rows: list[list[Any]]) -> bytes:
    book = Workbook()
    hidden = book.active
    assert hidden is not None
    hidden.title, hidden.sheet_state = "intern", "hidden"
    hidden.append(["prijs", "1"])
    sheet = book.create_sheet("Assortiment")
    for row in rows:
        sheet.append(row)
    book.create_sheet("Voorwaarden").append(["Levering", "2 dagen"])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_a_wholesalers_sheet_with_titles_sections_and_totals_is_guessed() -> None:
    heading = [
        "Artikelnr.",
        "EAN code",
        "Omschrijving",
        "Merk",
        "Colli",
        "Inkoop excl.",
        "Adviesprijs excl. btw",
        "Btw",
    ]
    heading += ["Beschikbaar", "Magnesiumvorm", "Mg elementair", "Dosering", "Netto inhoud (kg)"]
    plan = planned(
        workbook([
            ["Groothandel Invent, prijslijst"],
            [],
            heading,
            ["CAPSULES"],
            ["I1", int(A), "Magnesium bisglycinaat 90 caps", "Erf", 6, 7.2, 12.8, "L", "ja", "bisglycinaat", 100, "1-2 capsules"],
            ["I2", "'" + B, "Magnesium complex 120 vcaps", "Erf", 6, 11, 19.9, "H", "nee", "citraat, malaat", 50, "2 x daags 1"],
            ["I3", int(C), "Magnesiumpoeder 250 gram", "Erf", 6, 9, "16,50", "L", "25+", "citraat", None, "1 schep (5 g)", 0.25],
            ["I4", None, "Display 12 x 60 tabletten", "Erf", 1, 49, 0, "L", 3],
            ["Totaal", None, None, None, None, 76.2, 49.2],
            ["Vragen? Bel ons"],
        ]),
        "lijst.xlsx",
    )  # fmt: skip
    rows = plan["by_row"]
    assert (plan["recognised_as"], plan["sheet"]) == ("unknown layout, headings guessed", "Assortiment")
    assert (plan["heading_row"], plan["encoding"]) == (3, "xlsx")
    assert {"price_excluding", "sheet", "heading_row"} == defaults(plan).keys()
    has(rows[5], price_cents="ask", proposals={"price_cents": 1395}, stock="ask", units_per_day="ask")
    assert rows[5]["composition"] == "bisglycinate: elemental 100 mg per capsule, compound unknown"
    has(rows[6], ean=B, stock=0, units_per_day=2, composition="ask", proposals={"price_cents": 2408})
    has(rows[7], net_quantity="250 g", units_per_day="ask", composition="ask")
    assert rows[7]["proposals"] == {"price_cents": 1799, "stock": 25, "units_per_day": "1 scoop of 5 g"}
    assert [rows[number]["outcome"] for number in (1, 4, 8, 9, 10)] == [
        "skipped",
        "skipped",
        "asked",
        "skipped",
        "skipped",
    ]


def test_a_wholesalers_price_with_vat_is_the_price() -> None:
    plan = planned(
        "eancode;omschrijving;merk;inhoud;eenheid;btw;bestelnummer;inkoopprijs;consumentenprijs;statiegeld;sve;status\n"
        f"{A};MAGNESIUM CAPS;ERF;60;STUKS;9;1001;4.50;9.95;1;6;Actief\n"
        f"{B};MAGNESIUMPOEDER;ERF;250;G;9;1002;4.50;9.95;1;6;Gesaneerd\n"
    )
    has(plan["by_row"][2], sku="1001", price_cents=995, units_per_pack=60, net_quantity=None, status="published")
    has(plan["by_row"][3], net_quantity="250 g", status="archived")
    assert defaults(plan) == {}


@pytest.mark.parametrize(
    ("name", "file", "fields"),
    [
        (
            "CCV Shop",
            "Productnummer;Productnaam;Prijs;Actieprijs;Btw-tarief;Voorraad;Gewicht;Merk;Actief;Foto 1\n"
            "1;Magnesium 60 tabs;12,50;;laag;12;0,2;Kant;ja;a.jpg\n",
            {"price_cents": 1250, "stock": 12, "status": "published", "net_quantity": None, "pictures": ["a.jpg"]},
        ),
        (
            "MyOnlineStore",
            "Artikelnummer;Titel;Lange omschrijving;Prijs;Aanbiedingsprijs;BTW;Voorraad;Gewicht;Merk;Status\n"
            "1;Magnesium 60 tabs;;12,50;10,00;laag;onbeperkt;200;Kant;offline\n",
            {"price_cents": 1000, "price_before_cents": 1250, "stock": "ask", "status": "draft"},
        ),
        (
            "Odoo",
            "Internal Reference,Name,Sales Price,Cost,Quantity On Hand,Product Type\n1,Magnesium 60 tabs,12.5,5,12.00,Goods\n",
            {"price_cents": "ask", "stock": 12, "brand": "ask"},
        ),
        (
            "Exact Online",
            "Code;Omschrijving;Artikelgroep: Code;Standaard verkoopprijs;Kostprijs;Voorraad\n"
            "0001;MAGNESIUM 60 CAPS;10;12,34;5;3,00\n",
            {"sku": "0001", "price_cents": "ask", "stock": 3},
        ),
        (
            "bol.com",
            f"offerId,ean,conditionName,bundlePricesPrice,stockAmount,onHoldByRetailer,referenceCode\nu,{A},NEW,9.95,5,true,R\n",
            {"sku": "R", "ean": A, "name": "ask", "price_cents": "ask", "status": "draft"},
        ),
        (
            "Amazon",
            "TemplateType=fpt\tVersion=1\nSKU\tEAN\tType\tTitle\tPrice\tCount\tCount type\n"
            "item_sku\texternal_product_id\texternal_product_id_type\titem_name\tstandard_price\tunit_count\tunit_count_type\n"
            "1\tB0ABCDEFGH\tASIN\tMagnesium capsules\t12.95\t60\tCount\n",
            {"ean": None, "price_cents": 1295, "units_per_pack": 60},
        ),
        (
            "Lightspeed Retail",
            "handle,sku,name,brand_name,supply_price,retail_price,inventory_main_outlet\nmg,1,Magnesium 60 tabs,Kant,5,12.5,4\n",
            {"price_cents": 1250, "stock": 4},
        ),
    ],
)  # fmt: skip
def test_other_layouts_are_recognised(name: str, file: str, fields: dict[str, Any]) -> None:
    plan = planned(file, "file.tsv" if "\t" in file else "file.csv")
    assert plan["recognised_as"] == name
    has(plan["rows"][-1], **fields)


def test_headings_of_advice_marks_and_magnesium_are_no_price_brand_or_element() -> None:
    plan = planned(
        "EAN;Productnaam;Omschrijving;Merk;Keurmerk;Inhoud;Inhoud eenheid;Gebruiksadvies;Bewaaradvies;Magnesium (mg);AVP\n"
        f"{A};Magnesium;Een pot;Kant;Bio;60;stuks;2 per dag;Droog;400;9,95\n"
    )
    has(plan["by_row"][2], name="Magnesium", summary="Een pot", brand="Kant", units_per_pack=60, directions="2 per dag")
    has(plan["by_row"][2], storage="Droog", composition="ask", price_cents="ask")
    assert plan["columns"]["AVP"] == "ask"
    assert defaults(plan) == {"vat": None, "sku_made": "made from brand and EAN"}


def test_a_product_that_cannot_be_ordered_is_not_public() -> None:
    heading = "Product ID;Active (0/1);Name *;Reference #;Manufacturer;Available for order (0 = No, 1 = Yes);"
    heading += "Feature(Name:Value:Position)\n"
    plan = planned(heading + "1;1;Magnesium 60 tabs;P1;Kant;0;Vorm:Citraat:1,Per stuk:100 mg:2\n")
    has(plan["by_row"][2], status="draft", composition="ask")
    assert plan["by_row"][2]["proposals"]["composition"] == "citrate: Per stuk 100 mg (features)"


def test_order_and_case_of_the_headings_do_not_matter() -> None:
    plan = planned("variant price,STATUS,title,Variant  SKU,HANDLE,Vendor\n9.95,active,Magnesium 60 caps,M1,mg,Kant\n")
    assert plan["recognised_as"] == "Shopify"
    has(plan["by_row"][2], sku="M1", price_cents=995, status="published", brand="Kant")


def test_rows_with_a_wrong_ean_can_be_taken_without_it() -> None:
    file = "Handle,Title,Vendor,Variant SKU,Variant Price,Variant Barcode\nmg,M,K,S1,1.00,1234567890123\n"
    assert [offer["key"] for offer in planned(file)["offers"]] == ["bad_ean"]
    plan = planned(file, answers={"bad_ean": "without"})
    has(plan["by_row"][2], outcome="product", ean=None)
    assert any("check digit wrong" in notice for notice in plan["by_row"][2]["notices"])
    assert [offer["key"] for offer in plan["offers"]] == ["bad_ean"]


def test_a_digit_that_is_no_number_is_no_position() -> None:
    plan = planned(
        "Handle,Title,Vendor,Variant SKU,Variant Price,Image Src,Image Position\nmg,M,K,S1,1.00,https://a.example,²\n"
    )
    has(plan["by_row"][2], pictures=["https://a.example"])


def test_a_sku_of_two_products_refuses_both() -> None:
    plan = planned("Handle,Title,Vendor,Variant SKU,Variant Price\na,Magnesium A,K,S1,1.00\nb,Magnesium B,K,S1,2.00\n")
    assert [row["outcome"] for row in plan["rows"]] == ["refused", "refused"]
    assert plan["by_row"][2]["why"] == "SKU S1 stands on row 3 as well, for another product"


def test_a_layout_can_be_chosen_and_an_unknown_one_is_refused() -> None:
    file = "Code;Omschrijving;Verkoopprijs\n1;Magnesium 60 caps;9,95\n"
    assert planned(file, layout="exact online")["recognised_as"] == "Exact Online"
    with pytest.raises(FileRefusedError, match="foo is none of: Shopify"):
        planned(file, layout="foo")


def test_headings_of_no_product_are_refused() -> None:
    with pytest.raises(FileRefusedError, match="fit no layout"):
        planned("Kleur,Maat\nrood,1\n")


def test_a_composition_column_is_a_list_of_ingredients_a_form_or_asked() -> None:
    head = "Artikelnr;Omschrijving;Samenstelling;Mg elementair per capsule;Prijs\n"
    plan = planned(
        f"{head}A1;Magnesium 60 caps;magnesiumcitraat;100;9,95\nA2;Magnesium 90 caps;magnesiummalaat, capsule;100;9,95\n"
        "A3;Magnesium 30 caps;zie verpakking;100;9,95\n"
    )
    has(plan["by_row"][2], composition="citrate: elemental 100 mg per capsule, compound unknown", ingredients="(none)")
    has(plan["by_row"][3], composition="ask", ingredients="magnesiummalaat, capsule")
    has(plan["by_row"][4], composition="ask", ingredients="(none)")
    assert "composition 'zie verpakking' not read: neither a list nor one form" in plan["by_row"][4]["notices"]
